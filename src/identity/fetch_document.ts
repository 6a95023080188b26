/**
 * Fetches one JSON document of an issuer: within a time, within a size, from
 * the very URL that was named. Whoever answers may be slow, broken or hostile.
 */
import { readBoundedBody } from "../base/bounded_body.ts";
import { decodeUtf8, JsonFault } from "../base/json.ts";
import { JWKS_BYTES_MAX } from "../base/limits.ts";
import { GONE_STATUSES } from "./http_endpoint.ts";
import { innermostReason } from "./innermost_reason.ts";
import { checkHost } from "./network_address.ts";
import type { AddressPolicy } from "./network_address.ts";
import { untilAborted } from "../base/until_aborted.ts";

export interface FetchRules extends AddressPolicy {
  /** For everything: name, connection, TLS, head and body. */
  readonly timeoutMs: number;
  /** PEM. Trusted for this issuer beside the machine's own. */
  readonly caCertificates: readonly string[];
  /** Media types that the document may have. `application/json` unless given. */
  readonly accept?: string;
  /** Proves to the issuer who asks, where it wants to know. */
  readonly authorization?: () => Promise<string | FetchFault>;
}

/** Why there is no document. For the log: names the URL and no token. */
export class FetchFault {
  readonly problem: string;
  /** Nobody is there: no connection, or the server knows of no such document. */
  readonly gone: boolean;

  constructor(problem: string, { gone = false } = {}) {
    this.problem = problem;
    this.gone = gone;
  }
}

/** The text of the document; nothing has been looked at inside. */
export async function fetchDocument(
  url: URL,
  rules: FetchRules,
  stopped: AbortSignal,
): Promise<string | FetchFault> {
  const timeout = new AbortController();
  const timer = setTimeout(() => timeout.abort(), rules.timeoutMs);
  const signal = AbortSignal.any([timeout.signal, stopped]);
  try {
    const refused = await untilAborted(checkHost(url.hostname, rules), signal);
    if (refused !== undefined) return new FetchFault(refused, { gone: true });
    return await download(url, rules, signal);
  } catch (error) {
    // Whatever the network does: no connection, no TLS, a connection lost.
    if (stopped.aborted) return new FetchFault("stopped");
    return timeout.signal.aborted
      ? new FetchFault(
        `${url.origin} did not answer within ${rules.timeoutMs} ms`,
      )
      : new FetchFault(
        `cannot reach ${url.origin}: ${innermostReason(error)}`,
        { gone: true },
      );
  } finally {
    clearTimeout(timer);
  }
}

async function download(
  url: URL,
  rules: FetchRules,
  signal: AbortSignal,
): Promise<string | FetchFault> {
  const authorization = await rules.authorization?.();
  if (authorization instanceof FetchFault) return authorization;
  // A client of its own, so that no idle connection outlives the fetch.
  using client = Deno.createHttpClient({
    caCerts: [...rules.caCertificates],
    poolMaxIdlePerHost: 0,
  });
  const response = await fetch(url, {
    client,
    signal,
    redirect: "manual",
    // Asked for by name, the runtime unpacks nothing: no small answer becomes a huge one.
    headers: {
      "accept": rules.accept ?? "application/json",
      "accept-encoding": "identity",
      ...(authorization === undefined ? {} : { authorization }),
    },
  });
  if (response.status !== 200) {
    await response.body?.cancel();
    return new FetchFault(`${url.origin} answered ${response.status}`, {
      gone: GONE_STATUSES.includes(response.status),
    });
  }
  const encoding = response.headers.get("content-encoding") ?? "identity";
  if (encoding !== "identity") {
    await response.body?.cancel();
    return new FetchFault(
      `${url.origin} answered in a content-encoding that was not asked for`,
    );
  }
  const bytes = await readBoundedBody(response, JWKS_BYTES_MAX, signal);
  if (bytes === undefined) {
    return new FetchFault(
      `${url.origin} answered with more than ${JWKS_BYTES_MAX} bytes`,
    );
  }
  const text = decodeUtf8(bytes);
  return text instanceof JsonFault
    ? new FetchFault(`the answer of ${url.origin} ${text.problem}`)
    : text;
}

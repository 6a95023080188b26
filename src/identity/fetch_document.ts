/**
 * Fetches one JSON document of an issuer: within a time, within a size, from
 * the very URL that was named. Whoever answers may be slow, broken or hostile.
 */
import { readBoundedBody } from "../base/bounded_body.ts";
import { decodeUtf8, JsonFault } from "../base/json.ts";
import { JWKS_BYTES_MAX } from "../base/limits.ts";
import { EndpointFault } from "./endpoint_fault.ts";
import { noAnswer, unreachable } from "./http_endpoint.ts";
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
  readonly authorization?: () => Promise<string | EndpointFault>;
}

/** The text of the document; nothing has been looked at inside. */
export async function fetchDocument(
  url: URL,
  rules: FetchRules,
  stopped: AbortSignal,
): Promise<string | EndpointFault> {
  const timeout = new AbortController();
  const timer = setTimeout(() => timeout.abort(), rules.timeoutMs);
  const signal = AbortSignal.any([timeout.signal, stopped]);
  try {
    const refused = await untilAborted(checkHost(url.hostname, rules), signal);
    if (refused !== undefined) return refused;
    return await download(url, rules, signal);
  } catch (error) {
    // Whatever the network does: no connection, no TLS, a connection lost.
    if (stopped.aborted) return new EndpointFault("stopped");
    return timeout.signal.aborted
      ? new EndpointFault(
        `${url.origin} did not answer within ${rules.timeoutMs} ms`,
        { cause: "slow" },
      )
      : unreachable(url.origin, error);
  } finally {
    clearTimeout(timer);
  }
}

async function download(
  url: URL,
  rules: FetchRules,
  signal: AbortSignal,
): Promise<string | EndpointFault> {
  const authorization = await rules.authorization?.();
  if (authorization instanceof EndpointFault) return authorization;
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
    return noAnswer(response, url.origin);
  }
  const encoding = response.headers.get("content-encoding") ?? "identity";
  if (encoding !== "identity") {
    await response.body?.cancel();
    return new EndpointFault(
      `${url.origin} answered in a content-encoding that was not asked for`,
    );
  }
  const bytes = await readBoundedBody(response, JWKS_BYTES_MAX, signal);
  if (bytes === undefined) {
    return new EndpointFault(
      `${url.origin} answered with more than ${JWKS_BYTES_MAX} bytes`,
    );
  }
  const text = decodeUtf8(bytes);
  return text instanceof JsonFault
    ? new EndpointFault(`the answer of ${url.origin} ${text.problem}`)
    : text;
}

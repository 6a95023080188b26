/**
 * Reads what nats-server's monitoring says about how NATS is set up. Asks, and
 * changes nothing.
 */
import { Buffer } from "node:buffer";
import {
  decodeJsonObject,
  isJsonObject,
  JsonFault,
  type JsonObject,
  member,
} from "../base/json.ts";
import { systemClock } from "../base/time.ts";
import type { Config } from "../config/config.ts";
import { innermostReason } from "../identity/innermost_reason.ts";
import { decodeNatsJwt } from "../nats_jwt/codec.ts";
import { decodeSeed } from "../nats_jwt/nkeys.ts";
import { list, object, type SetupDocuments, text } from "./finding.ts";
import { printable } from "./printable.ts";
import { UsageError } from "./usage.ts";

/** For one document. */
const FETCH_TIMEOUT_MS = 5_000;
const DOCUMENT_LIMITS = { depthMax: 32, membersMax: 100_000 };

/**
 * @param server Address of a server's monitoring.
 * @throws {UsageError} If it cannot be read.
 */
export async function readSetup(
  config: Config,
  server: string,
): Promise<SetupDocuments> {
  const base = parseServer(server);
  // Around this one answer, however long the others take: it says the server's time.
  const from = systemClock();
  const varz = await fetchDocument(new URL("varz", base));
  if (varz === undefined) {
    throw new UsageError(
      `${base.origin}${base.pathname} has no "varz": --server is the address of nats-server's monitoring, without what follows it`,
    );
  }
  const to = systemClock();
  const calloutUser = ownUser(config);
  const isOperator = config.nats.credentials.kind === "creds";
  const own = await fetchConnections(base, { "user": calloutUser });
  // Without an operator only the service's own connection tells what AUTH is called.
  const [first = {}] = own;
  const calloutName = isOperator
    ? config.callout.account
    : text(first, "account") || undefined;
  const accounts = new Map<string, JsonObject | undefined>();
  for (const { name, publicKey = name } of config.accounts) {
    accounts.set(name, await fetchAccount(base, publicKey));
  }
  return {
    varz,
    varzTime: { from, to },
    calloutName,
    calloutAccount: calloutName === undefined
      ? undefined
      : await fetchAccount(base, calloutName),
    calloutConnections: calloutName === undefined
      ? []
      : await fetchConnections(base, { "acc": calloutName }),
    accounts,
    calloutUser,
  };
}

/** Public nkey of the service's own user: the seed's, in a creds file or by itself. */
function ownUser({ nats: { credentials } }: Config): string {
  if (credentials.kind === "nkey") {
    return decodeSeed(credentials.seed, "user").publicKey;
  }
  const jwt =
    /eyJ[\w-]+\.[\w-]+\.[\w-]+/.exec(credentials.creds.reveal())?.[0] ?? "";
  return text(decodeClaims(jwt, "nats.creds_file"), "sub");
}

function parseServer(text: string): URL {
  const url = URL.parse(text.endsWith("/") ? text : `${text}/`);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new UsageError(
      "--server must be an address like http://127.0.0.1:8222",
    );
  }
  return url;
}

/** What the server knows of an account; undefined if nobody has used it yet. */
async function fetchAccount(
  base: URL,
  name: string,
): Promise<JsonObject | undefined> {
  const url = new URL("accountz", base);
  url.searchParams.set("acc", name);
  const document = await fetchDocument(url);
  const detail = document && member(document, "account_detail");
  return isJsonObject(detail) ? detail : undefined;
}

async function fetchConnections(
  base: URL,
  filter: Readonly<Record<string, string>>,
): Promise<readonly JsonObject[]> {
  const url = new URL("connz", base);
  url.search = String(new URLSearchParams({ "auth": "1", ...filter }));
  const document = await fetchDocument(url) ?? {};
  return list(document, "connections").filter(isJsonObject);
}

/** Undefined if the server refuses: it does for an account that nobody has used yet. */
async function fetchDocument(url: URL): Promise<JsonObject | undefined> {
  let text: string;
  try {
    const response = await fetch(url, {
      signal: AbortSignal.timeout(FETCH_TIMEOUT_MS),
    });
    text = await response.text();
    if (!response.ok) return undefined;
  } catch (error) {
    throw new UsageError(
      `Cannot read ${url.origin}: ${
        printable(innermostReason(error))
      }. --server is the monitoring port of nats-server (http: 8222)`,
    );
  }
  const document = decodeJsonObject(text, DOCUMENT_LIMITS);
  if (!(document instanceof JsonFault)) return document;
  throw new UsageError(
    `${url.origin}${url.pathname} ${document.problem}: is it nats-server's monitoring?`,
  );
}

/** The users that AUTH never calls out, by their public keys. */
export function authUsersOf(
  { calloutAccount = {} }: SetupDocuments,
): readonly string[] {
  const nats = object(object(calloutAccount, "decoded_jwt"), "nats");
  return list(object(nats, "authorization"), "auth_users")
    .filter((user) => typeof user === "string");
}

/**
 * The first user JWT in a text, nats-server's configuration for instance.
 *
 * @throws {UsageError} If there is none.
 */
export function readUserJwt(content: string, source: string): JsonObject {
  for (const jwt of content.match(/eyJ[\w-]+\.[\w-]+\.[\w-]+/g) ?? []) {
    const claims = decodeClaims(jwt, source);
    if (text(object(claims, "nats"), "type") === "user") return claims;
  }
  throw new UsageError(
    `${source} holds no user JWT: --sentinel names a file with the sentinel's`,
  );
}

function decodeClaims(jwt: string, source: string): JsonObject {
  const decoded = decodeNatsJwt(Buffer.from(jwt), DOCUMENT_LIMITS);
  if (decoded instanceof JsonFault) {
    throw new UsageError(`The JWT in ${source} ${decoded.problem}`);
  }
  return decoded.claims;
}

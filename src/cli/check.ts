/**
 * `check`: whether the configuration is right and, with a server at hand, whether
 * NATS is set up so that the callout is safe. Changes nothing.
 */
import { Buffer } from "node:buffer";
import { parseArgs } from "node:util";
import {
  decodeJsonObject,
  isJsonObject,
  JsonFault,
  type JsonObject,
  member,
} from "../base/json.ts";
import { systemClock } from "../base/time.ts";
import type { Config } from "../config/config.ts";
import { ConfigError, formatConfigError } from "../config/config_error.ts";
import { configurationFile, loadConfig } from "../config/load.ts";
import { decodeNatsJwt } from "../nats_jwt/codec.ts";
import { decodeSeed } from "../nats_jwt/nkeys.ts";
import {
  EXIT_FAILED,
  EXIT_OK,
  EXIT_USAGE,
  print,
  printError,
} from "./terminal.ts";
import { judgeSentinel } from "./account_findings.ts";
import type { Finding } from "./finding.ts";
import { judgeRules } from "./rule_findings.ts";
import { judgeSetup } from "./setup_findings.ts";
import { UsageError, withUsage } from "./usage.ts";

const USAGE = `Checks the configuration and, with a server, how NATS is set up.

Usage: deno task check [--server URL] [--sentinel FILE]

  --server URL     monitoring of a NATS server, http://127.0.0.1:8222 for instance
  --sentinel FILE  a file that holds the sentinel's JWT; nats-server's own
                   configuration with its default_sentinel will do
  --help           this text

CALLOUT_CONFIG names the configuration, config/callout.yaml unless set.
Exit code 1 if something is wrong, 2 if the configuration cannot be used.`;

/** For one document of a server's monitoring. */
const FETCH_TIMEOUT_MS = 5_000;
const DOCUMENT_LIMITS = { depthMax: 32, membersMax: 100_000 };

export async function run(args: readonly string[]): Promise<number> {
  return await withUsage(USAGE, args, async () => {
    const { values } = parseArgs({
      args: [...args],
      options: { server: { type: "string" }, sentinel: { type: "string" } },
    });
    try {
      return await check(values.server, values.sentinel);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      printError(formatConfigError(error));
      return EXIT_USAGE;
    }
  });
}

async function check(
  server: string | undefined,
  sentinel: string | undefined,
): Promise<number> {
  const { config, warnings } = loadConfig({
    path: configurationFile(),
    environment: Deno.env,
  });
  const findings: Finding[] = [
    {
      verdict: "good",
      where: "configuration",
      what: "every setting can be used",
    },
    ...warnings.map(({ setting, detail }): Finding => ({
      verdict: "doubtful",
      where: setting,
      what: detail,
    })),
  ];
  findings.push(...judgeRules(config.rules));
  let authUsers: readonly string[] = [];
  if (server !== undefined) {
    const setup = await readSetup(config, server);
    authUsers = setup.authUsers;
    findings.push(...setup.findings);
  }
  if (sentinel !== undefined) {
    findings.push(...judgeSentinel(readSentinel(sentinel), authUsers));
  }
  findings.forEach((finding) => print(formatFinding(finding)));
  const wrong = findings.filter(({ verdict }) => verdict === "wrong").length;
  const doubtful =
    findings.filter(({ verdict }) => verdict === "doubtful").length;
  print(`\n${findings.length} checked, ${doubtful} doubtful, ${wrong} wrong.`);
  return wrong > 0 ? EXIT_FAILED : EXIT_OK;
}

const MARK: Readonly<Record<Finding["verdict"], string>> = {
  good: "✓",
  doubtful: "!",
  wrong: "✗",
};

function formatFinding({ verdict, where, what, remedy }: Finding): string {
  const line = `${MARK[verdict]} ${where}: ${what}`;
  return remedy === undefined ? line : `${line}\n    -> ${remedy}`;
}

async function readSetup(
  config: Config,
  server: string,
): Promise<{ findings: readonly Finding[]; authUsers: readonly string[] }> {
  const base = parseServer(server);
  const varz = await fetchDocument(new URL("varz", base)) ?? {};
  const calloutAccount = await fetchAccount(base, config.callout.account);
  const accounts = new Map<string, JsonObject | undefined>();
  for (const { name, publicKey } of config.accounts) {
    if (publicKey === undefined) continue;
    accounts.set(name, await fetchAccount(base, publicKey));
  }
  const findings = judgeSetup(config, {
    varz,
    calloutAccount,
    accounts,
    calloutUser: ownUser(config),
    now: systemClock(),
  });
  return { findings, authUsers: authUsersOf(calloutAccount) };
}

function authUsersOf(account: JsonObject | undefined): readonly string[] {
  const nats = account === undefined ? undefined : member(account, "nats");
  const authorization = isJsonObject(nats)
    ? member(nats, "authorization")
    : undefined;
  const users = isJsonObject(authorization)
    ? member(authorization, "auth_users")
    : undefined;
  return Array.isArray(users)
    ? users.filter((user) => typeof user === "string")
    : [];
}

/** Public nkey of the service's own user: the seed's, in a creds file or by itself. */
function ownUser({ nats: { credentials } }: Config): string {
  if (credentials.kind === "nkey") {
    return decodeSeed(credentials.seed, "user").publicKey;
  }
  const jwt =
    /eyJ[\w-]+\.[\w-]+\.[\w-]+/.exec(credentials.creds.reveal())?.[0] ?? "";
  const sub = member(decodeClaims(jwt, "nats.creds_file"), "sub");
  return typeof sub === "string" ? sub : "";
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

async function fetchAccount(
  base: URL,
  publicKey: string,
): Promise<JsonObject | undefined> {
  const url = new URL("accountz", base);
  url.searchParams.set("acc", publicKey);
  const document = await fetchDocument(url);
  const detail = document === undefined
    ? undefined
    : member(document, "account_detail");
  const claims = isJsonObject(detail)
    ? member(detail, "decoded_jwt")
    : undefined;
  return isJsonObject(claims) ? claims : undefined;
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
        error instanceof Error ? error.message : ""
      }. --server is the monitoring port of nats-server (http: 8222)`,
    );
  }
  const document = decodeJsonObject(text, DOCUMENT_LIMITS);
  if (!(document instanceof JsonFault)) return document;
  throw new UsageError(
    `${url.origin}${url.pathname} ${document.problem}: is it nats-server's monitoring?`,
  );
}

function readSentinel(path: string): JsonObject {
  let text: string;
  try {
    text = Deno.readTextFileSync(path);
  } catch {
    throw new UsageError(
      `Cannot read ${path}: --sentinel names a file with the sentinel's JWT`,
    );
  }
  const candidates = text.match(/eyJ[\w-]+\.[\w-]+\.[\w-]+/g) ?? [];
  for (const jwt of candidates) {
    const claims = decodeClaims(jwt, path);
    const nats = member(claims, "nats");
    if (isJsonObject(nats) && member(nats, "type") === "user") return claims;
  }
  throw new UsageError(
    `${path} holds no user JWT: --sentinel names a file with the sentinel's`,
  );
}

function decodeClaims(jwt: string, source: string): JsonObject {
  const decoded = decodeNatsJwt(Buffer.from(jwt), DOCUMENT_LIMITS);
  if (decoded instanceof JsonFault) {
    throw new UsageError(`The JWT in ${source} ${decoded.problem}`);
  }
  return decoded.claims;
}

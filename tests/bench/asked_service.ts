/**
 * A service with tokens that somebody is asked about, and the endpoint that is
 * asked, as a program of its own.
 */
import { randomBytes } from "node:crypto";
import { LOOPBACK } from "../../src/dev/server_configuration.ts";
import { createApiToken } from "../../src/identity/api_token.ts";
import { formatApiTokenFile } from "../../src/identity/api_token_file.ts";
import { denoRun } from "./programs.ts";
import { writeSecret } from "./service_files.ts";
import { textLines } from "./text_lines.ts";
import { GOOD, QUESTIONS_PATH } from "./token_endpoint.ts";

export interface TokenEndpoint extends AsyncDisposable {
  readonly pid: number;
  readonly origin: string;
  /** How many it was asked so far. */
  questions(): Promise<number>;
}

export async function startTokenEndpoint(): Promise<TokenEndpoint> {
  const program = new URL("token_endpoint.ts", import.meta.url).pathname;
  const [deno = "", ...args] = denoRun(`--allow-net=${LOOPBACK}`, program);
  const child = new Deno.Command(deno, {
    args,
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const { value: port } = await textLines(child.stdout).next();
  const origin = `http://${LOOPBACK}:${port}`;
  return {
    pid: child.pid,
    origin,
    async questions(): Promise<number> {
      const response = await fetch(`${origin}${QUESTIONS_PATH}`);
      return await response.json();
    },
    async [Symbol.asyncDispose](): Promise<void> {
      await child.stdin.close();
      await child.status;
    },
  };
}

export interface AskedOptions {
  /** Also how its tokens begin. */
  readonly label: string;
  readonly endpoint: TokenEndpoint;
  /** How long it takes to answer, in milliseconds. */
  readonly answersAfter: number | "never";
}

/** What is remembered stays so for as long as anything is measured. */
const CACHE = { seconds: 3600 };
const REMOTE = { "allow_loopback_http": true };

/** An entry of the setting `introspection`. */
export function introspectionSettings(
  { answersAfter, endpoint, label }: AskedOptions,
): object {
  return {
    issuer: `https://${label}.issuer.example`,
    label,
    "token_prefix": prefixOf(label),
    endpoint: `${endpoint.origin}/introspect/${answersAfter}`,
    client: { id: "bench", secret: randomBytes(32).toString("base64url") },
    cache: CACHE,
    remote: REMOTE,
  };
}

/** The setting `webhook`. */
export function webhookSettings(
  { answersAfter, endpoint, label }: AskedOptions,
): object {
  return {
    label,
    "token_prefix": prefixOf(label),
    url: `${endpoint.origin}/webhook/${answersAfter}`,
    secrets: [{ secret: `whsec_${randomBytes(32).toString("base64")}` }],
    cache: CACHE,
    remote: REMOTE,
  };
}

/** Tokens that the endpoint of that label calls good, or bad; no two are equal. */
export function opaqueTokens(
  label: string,
  quality: "good" | "bad",
  count: number,
): string[] {
  const mark = quality === "good" ? `${GOOD}-` : "";
  // In hexadecimal no token is good by chance.
  return Array.from(
    { length: count },
    () => `${prefixOf(label)}${mark}${randomBytes(20).toString("hex")}`,
  );
}

function prefixOf(label: string): string {
  return `${label}_`;
}

export interface ApiTokens {
  readonly tokens: readonly string[];
  /** Writes the file into the folder; returns the setting `api_tokens`. */
  settings(folder: string): Promise<object>;
}

export function createApiTokens(label: string, count: number): ApiTokens {
  const created = Array.from({ length: count }, createApiToken);
  const now = Date.now();
  const entries = created.map(({ digest, id }, index) => ({
    id,
    "sha256": digest,
    sub: `program-${index}`,
    "created_at": new Date(now).toISOString(),
    "expires_at": new Date(now + 24 * 3600 * 1000).toISOString(),
    claims: { groups: ["everyone", "developers"] },
  }));
  return {
    tokens: created.map(({ token }) => token.reveal()),
    async settings(folder): Promise<object> {
      const file = `${folder}/api-tokens.json`;
      await writeSecret(file, formatApiTokenFile(entries));
      return { file, label };
    },
  };
}

/**
 * The settings: their names, bounds, defaults and what they mean. The JSON
 * Schema that editors use is made from here.
 *
 * No setting is required here: which ones are needed depends on others, and is
 * judged where they are put together, so that all problems come at once.
 */
import { z } from "zod";
import {
  BEARER_TOKEN_BYTES,
  BUDGET_MS_MAX,
  BUDGET_MS_MIN,
  REQUESTS_IN_FLIGHT_MIN,
  SESSION_SECONDS_MAX,
  SESSION_SECONDS_MIN,
} from "../base/limits.ts";
import { QUEUE_GROUP_REGEXP } from "../nats/option_problems.ts";
import { DEVELOPMENT_ISSUER_SCHEMA, ISSUER_SCHEMA } from "./issuer_schema.ts";
import { RULES_SCHEMA } from "./rules_schema.ts";
import {
  API_TOKENS_SCHEMA,
  INTROSPECTION_SCHEMA,
  KUBERNETES_SCHEMA,
  WEBHOOK_SCHEMA,
} from "./token_schema.ts";

const ACCOUNT_NAME_REGEXP = /^[\p{L}\p{N}_.-]{1,64}$/u;
const SCOPED_KEY_NAME_REGEXP = /^[A-Za-z0-9_-]{1,64}$/;

const OFF = false;

const nats = z.strictObject({
  servers: z.array(z.string()).default(["nats://127.0.0.1:4222"]).describe(
    "NATS servers, as nats://host:port or tls://host:port. Tried in random order; addresses that a cluster gossips are not followed.",
  ),
  mode: z.enum(["operator", "server_configuration"]).default("operator")
    .describe(
      "Where accounts come from: an operator and its JWTs, or the accounts { } and authorization { auth_callout } blocks of the server's configuration.",
    ),
  creds_file: z.string().optional().describe(
    "Mode operator: file with the creds of the service's own user in the account AUTH (one of its auth_users).",
  ),
  nkey_seed: z.string().optional().describe(
    "Mode server_configuration: seed (SU...) of the service's own user, whose public nkey is one of auth_users. Goes before nkey_seed_file.",
  ),
  nkey_seed_file: z.string().optional().describe(
    "Mode server_configuration: file with the seed of the service's own user.",
  ),
  queue_group: z.string().regex(QUEUE_GROUP_REGEXP, {
    error: "must be letters, digits, - and _, 64 at most",
  }).default("nats-auth-callout").describe(
    "Queue group of all instances of this service: each request goes to one of them.",
  ),
  tls: z.strictObject({
    ca_file: z.string().optional().describe(
      "File with the certificates (PEM) that the servers' certificates are checked against, instead of the system's.",
    ),
    cert_file: z.string().optional().describe(
      "File with the client certificate (PEM) that the servers ask for. Needs the NATS client of npm: start with CALLOUT_REGISTRY=npm.",
    ),
    key_file: z.string().optional().describe(
      "File with the key (PEM) of the client certificate.",
    ),
  }).optional().describe(
    "TLS to the servers. When this section or a tls:// address is there, a server without TLS is refused.",
  ),
});

const callout = z.strictObject({
  account: z.string().optional().describe(
    "Public key (A...) of the account AUTH, in which the callout is switched on; in mode server_configuration the issuer of auth_callout.",
  ),
  signing_key: z.string().optional().describe(
    "Seed (SA...) of a signing key of the account AUTH, which signs the answers; in mode server_configuration the seed of the issuer itself. Goes before signing_key_file.",
  ),
  signing_key_file: z.string().optional().describe(
    "File with the seed of AUTH's signing key.",
  ),
  xkey: z.string().optional().describe(
    "Seed (SX...) of AUTH's curve key: requests are opened and answers sealed with it. Goes before xkey_file.",
  ),
  xkey_file: z.string().optional().describe(
    "File with the seed of AUTH's curve key.",
  ),
  allow_plaintext: z.boolean().default(OFF).describe(
    "Run without a curve key: everybody who may subscribe in the account AUTH then reads the clients' tokens.",
  ),
  trusted_servers: z.array(z.string()).max(1000).default([]).describe(
    "Public keys (N...) of the NATS servers that may ask, beside the one that the service is connected to. A server makes itself a new key at each start, so this is for servers whose restarts you accompany. Without any, in a cluster every server may: what keeps forged requests out is that AUTH is closed and has an xkey.",
  ),
  budget_ms: z.int().min(BUDGET_MS_MIN).max(BUDGET_MS_MAX).default(4000)
    .describe(
      "Longest time from a request's arrival to its answer, in milliseconds. Keep it below authorization.timeout of the NATS servers (2 s unless set; the compose and embedded servers have 5 s): a later answer reaches nobody. What the server itself asks for is kept in any case, but it does so in whole seconds.",
    ),
  requests_in_flight_max: z.int().min(REQUESTS_IN_FLIGHT_MIN).max(10_000)
    .default(4096).describe(
      "Requests judged at the same time. Only those that wait for something outside count: 1024 at most for each endpoint that is asked about tokens, 256 for an issuer's keys, so that one that hangs leaves places to the others.",
    ),
  requests_waiting_max: z.int().min(1).max(100_000).default(10_000).describe(
    "Requests that wait for their turn; above it the oldest are thrown away. Some 2 kB each.",
  ),
  connection_types: z.array(z.enum(["nats", "websocket", "mqtt", "leafnode"]))
    .min(1).default(["nats", "websocket", "mqtt"]).describe(
      "How clients may be connected: nats (TCP), websocket, mqtt, leafnode; unless given, the first three. A leaf node brings users of its own along.",
    ),
  bearer_token_bytes_max: z.int().min(BEARER_TOKEN_BYTES.min)
    .max(BEARER_TOKEN_BYTES.max).default(BEARER_TOKEN_BYTES.usual).describe(
      "Longest bearer token that is taken, in bytes. Of the server, max_control_line has to have room for it.",
    ),
});

const scopedKey = z.strictObject({
  name: z.string().regex(SCOPED_KEY_NAME_REGEXP, {
    error: "must be letters, digits, - and _, 64 at most",
  }).optional().describe("What rules call the key."),
  signing_key: z.string().optional().describe(
    "Seed (SA...) of the scoped signing key. Goes before signing_key_file.",
  ),
  signing_key_file: z.string().optional().describe(
    "File with the seed of the scoped signing key.",
  ),
});

const account = z.strictObject({
  name: z.string().regex(ACCOUNT_NAME_REGEXP, {
    error: "must be letters, digits, - _ and ., 64 at most",
  }).optional().describe("Name of the account."),
  public_key: z.string().optional().describe(
    "Public key (A...) of the account; not in mode server_configuration, which knows it by name.",
  ),
  signing_key: z.string().optional().describe(
    "Seed (SA...) of a signing key of the account, which signs the user JWTs. Goes before signing_key_file.",
  ),
  signing_key_file: z.string().optional().describe(
    "File with the seed of the account's signing key.",
  ),
  scoped_keys: z.array(scopedKey).max(100).default([]).describe(
    "Scoped signing keys of the account, whose template says what their users may do. Rules name them.",
  ),
});

const permissions = z.strictObject({
  account: z.string().optional().describe(
    "Name of the account that users are placed in, one of accounts, unless their rule names another. Unless given: the only one.",
  ),
  session_seconds_max: z.int().min(SESSION_SECONDS_MIN).max(SESSION_SECONDS_MAX)
    .default(86_400)
    .describe(
      "Longest session, in seconds; the token's own expiry may end it earlier. The server then disconnects the client, which comes back with a fresh token.",
    ),
});

const monitoring = z.strictObject({
  listen: z.string().default("127.0.0.1:8080").describe(
    "Address and port of /healthz, /readyz and /metrics. 0.0.0.0:8080 for all addresses.",
  ),
});

const log = z.strictObject({
  format: z.enum(["auto", "json", "text"]).default("auto").describe(
    "json: one object a line; text: for people; auto: text on a terminal, else json.",
  ),
  level: z.enum(["debug", "info", "warn", "error"]).default("info").describe(
    "The least important lines that are written. Each login is an info line.",
  ),
});

export const SETTINGS_SCHEMA = z.strictObject({
  nats: nats.prefault({}).describe("The connection to NATS."),
  callout: callout.prefault({}).describe(
    "The callout: the account AUTH, its keys, and bounds.",
  ),
  accounts: z.array(account).max(100).default([]).describe(
    "The accounts that users may be placed in. AUTH lists them in allowed_accounts.",
  ),
  issuers: z.array(ISSUER_SCHEMA).max(32).default([]).describe(
    "Who issues the bearer tokens that are accepted.",
  ),
  introspection: z.array(INTROSPECTION_SCHEMA).max(16).default([]).describe(
    "Issuers of opaque tokens, who are asked about each (RFC 7662).",
  ),
  webhook: WEBHOOK_SCHEMA.prefault({}).describe(
    "A backend of your own that judges tokens: docs/webhook.openapi.yaml.",
  ),
  api_tokens: API_TOKENS_SCHEMA.prefault({}).describe(
    "Long-lived tokens for programs, made by `deno task api-token`.",
  ),
  kubernetes: z.array(KUBERNETES_SCHEMA).max(16).default([]).describe(
    "Clusters whose service accounts may connect with projected tokens.",
  ),
  development_issuer: DEVELOPMENT_ISSUER_SCHEMA.prefault({}).describe(
    "The issuer of `deno task token`, for development.",
  ),
  permissions: permissions.prefault({}).describe(
    "What holds for all users, whatever rules say.",
  ),
  rules: RULES_SCHEMA.optional().describe(
    "What a user may do: the first rule that matches decides, and no match is a refusal. Without rules: users.<sub>.> and nothing else.",
  ),
  monitoring: monitoring.prefault({}).describe("HTTP for health checks."),
  log: log.prefault({}).describe("The log, on standard output."),
}).describe(
  "Sections such as nats and issuers with their settings, as in config/callout.yaml.",
);

/** Text that is empty is not set: the settings never hold `""`. */
export type Settings = z.output<typeof SETTINGS_SCHEMA>;
export type CalloutSettings = Settings["callout"];
export type AccountSettings = Settings["accounts"][number];
export type IssuerSettings = Settings["issuers"][number];
export type SharedSecretSettings = IssuerSettings["shared_secrets"][number];
export type IntrospectionSettings = Settings["introspection"][number];
export type WebhookSettings = Settings["webhook"];
export type ApiTokensSettings = Settings["api_tokens"];
export type KubernetesSettings = Settings["kubernetes"][number];

/**
 * The settings: their names, bounds, defaults and what they mean. The JSON
 * Schema that editors use is made from here.
 *
 * No setting is required here: which ones are needed depends on others, and is
 * judged where they are put together, so that all problems come at once.
 */
import { z } from "zod";
import {
  CLOCK_TOLERANCE_SECONDS_MAX,
  KID_CHARS_MAX,
  SHARED_SECRETS_MAX,
  TOKEN_LIFETIME_SECONDS_MAX,
} from "../base/limits.ts";
import { ISSUER_LABEL_REGEXP } from "../permissions/subject_token.ts";
import { RULES_SCHEMA } from "./rules_schema.ts";

const ACCOUNT_NAME_REGEXP = /^[\p{L}\p{N}_.-]{1,64}$/u;
const SCOPED_KEY_NAME_REGEXP = /^[A-Za-z0-9_-]{1,64}$/;
const QUEUE_GROUP_REGEXP = /^[A-Za-z0-9_-]{1,64}$/;

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
      "File with the client certificate (PEM) that the servers ask for.",
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
    "Public keys (N...) of the NATS servers that may ask, beside the one that the service is connected to. Without any, in a cluster every server may.",
  ),
  budget_ms: z.int().min(100).max(10_000).default(4000).describe(
    "Longest time from a request's arrival to its answer, in milliseconds. Keep it below authorization.timeout of the NATS servers (2 s unless set; the compose and embedded servers have 5 s): a later answer reaches nobody. What the server itself asks for is kept in any case.",
  ),
  requests_in_flight_max: z.int().min(1).max(10_000).default(4096).describe(
    "Requests judged at the same time. Only those that wait for something outside count, an issuer's keys for instance.",
  ),
  requests_waiting_max: z.int().min(1).max(100_000).default(10_000).describe(
    "Requests that wait for their turn; above it the oldest are thrown away. Some 2 kB each.",
  ),
  connection_types: z.array(z.enum(["nats", "websocket", "mqtt", "leafnode"]))
    .min(1).default(["nats", "websocket", "mqtt"]).describe(
      "How clients may be connected: nats (TCP), websocket, mqtt, leafnode. A leaf node brings users of its own along.",
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

const sharedSecret = z.strictObject({
  kid: z.string().max(KID_CHARS_MAX).optional().describe(
    "Key id of the tokens signed with this secret. Without it, the secret is tried for every token.",
  ),
  secret: z.string().optional().describe(
    "The secret itself, in the form that encoding names; 32 bytes or more. Goes before secret_file.",
  ),
  secret_file: z.string().optional().describe(
    "File with the secret. One line end at its end is cut off, no more.",
  ),
  encoding: z.enum(["utf8", "base64", "base64url", "hex"]).optional().describe(
    "How the bytes are written: utf8 (the text is the secret), base64, base64url or hex. Must be given: guessing would make another secret of it.",
  ),
});

const remote = z.strictObject({
  metadata_document: z.enum([
    "openid-configuration",
    "oauth-authorization-server",
  ])
    .optional().describe(
      "Which metadata the issuer publishes: openid-configuration unless given; oauth-authorization-server is RFC 8414's.",
    ),
  jwks_origins: z.array(z.string()).max(8).optional().describe(
    "Origins beside the issuer's own that its metadata may place the keys at: https://keys.example.",
  ),
  refresh_seconds: z.int().min(10).max(86_400).default(300).describe(
    "Time between two fetches. A key that the issuer removed verifies no longer than this.",
  ),
  stale_seconds_max: z.int().min(60).max(604_800).default(86_400).describe(
    "How long the last keys serve when the issuer cannot be reached.",
  ),
  unknown_key_cooldown_seconds: z.int().min(1).max(3600).default(5).describe(
    "Least time between two fetches for a key that is not known.",
  ),
  timeout_ms: z.int().min(100).max(5000).default(1000).describe(
    "For one fetch, all in all. Keep it well below callout.budget_ms.",
  ),
  ca_file: z.string().optional().describe(
    "File with certificates (PEM) that the issuer's certificate may be checked against, beside the system's.",
  ),
  allow_loopback_http: z.boolean().default(OFF).describe(
    "Let the issuer be at http://127.0.0.1, http://[::1] or http://localhost.",
  ),
  allow_private_addresses: z.boolean().default(OFF).describe(
    "Let the issuer be in a private network (10.0.0.0/8 and the like).",
  ),
  when_empty: z.enum(["keep", "deny"]).default("keep").describe(
    "When the issuer suddenly has no keys: keep the last ones, or deny all its tokens.",
  ),
});

const issuer = z.strictObject({
  issuer: z.string().optional().describe(
    "The issuer, exactly as the tokens' iss says it. An entry without it is left out.",
  ),
  label: z.string().regex(ISSUER_LABEL_REGEXP, {
    error: "must be lower-case letters, digits and -, 32 at most",
  }).optional().describe(
    "Put before the sub in the subjects (users.<label>=<sub>.>), so that equal subs of two issuers stay apart. At most one issuer may go without.",
  ),
  audiences: z.array(z.string()).max(16).default(["nats"]).describe(
    "The tokens' aud must hold one of these.",
  ),
  algorithms: z.array(z.string()).max(16).optional().describe(
    "Signature algorithms that are accepted. Unless given: HS256 with shared_secrets, else RS256, ES256 and EdDSA.",
  ),
  jwks_url: z.string().optional().describe(
    "Where the issuer publishes its keys (https). Fetched at start and refreshed in the background. With neither this nor jwks_file nor shared_secrets, the issuer's metadata say it (OpenID Connect Discovery).",
  ),
  jwks_file: z.string().optional().describe(
    "File with the issuer's keys, a JWKS.",
  ),
  shared_secrets: z.array(sharedSecret).max(SHARED_SECRETS_MAX).default([])
    .describe(
      "Secrets shared with the issuer (HS256); two while one replaces the other.",
    ),
  typ: z.array(z.string()).max(8).optional().describe(
    "Accepted typ of the tokens, at+jwt for instance; it must then be there. Unless given: none, JWT or at+jwt.",
  ),
  client_ids: z.array(z.string()).max(256).optional().describe(
    "Accepted OAuth clients (azp, client_id). Unless given: any.",
  ),
  required_scopes: z.array(z.string()).max(16).optional().describe(
    "Scopes that a token must have, all of them.",
  ),
  scope_claim: z.enum(["scope", "scp"]).optional().describe(
    "The claim with the scopes: scope unless given; scp for Okta and Microsoft.",
  ),
  allow_id_tokens: z.boolean().default(OFF).describe(
    "Accept OpenID Connect ID tokens, which are made for a client to read and not to be passed on.",
  ),
  clock_tolerance_seconds: z.int().min(0).max(CLOCK_TOLERANCE_SECONDS_MAX)
    .default(30).describe(
      "How far the issuer's clock may be off, in seconds.",
    ),
  lifetime_seconds_max: z.int().min(1).max(TOKEN_LIFETIME_SECONDS_MAX).default(
    86_400,
  )
    .describe("Longest lifetime (exp - iat) of an accepted token, in seconds."),
  remote: remote.prefault({}).describe(
    "How keys are fetched (jwks_url or discovery).",
  ),
});

const developmentIssuer = z.strictObject({
  jwks_file: z.string().optional().describe(
    "Keys of the development issuer, whose tokens `deno task token` makes. Empty: it is not trusted. Never set it where real users are.",
  ),
  audiences: z.array(z.string()).max(16).default(["nats"]).describe(
    "The tokens' aud must hold one of these.",
  ),
});

const permissions = z.strictObject({
  account: z.string().optional().describe(
    "Name of the account that users are placed in, one of accounts, unless their rule names another. Unless given: the only one.",
  ),
  session_seconds_max: z.int().min(10).max(31_536_000).default(86_400)
    .describe(
      "Longest session, in seconds; the token's own expiry may end it earlier. The server then disconnects the client, which comes back with a fresh token.",
    ),
});

const monitoring = z.strictObject({
  listen: z.string().default("127.0.0.1:8080").describe(
    "Address and port of /healthz and /readyz. 0.0.0.0:8080 for all addresses.",
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
  issuers: z.array(issuer).max(32).default([]).describe(
    "Who issues the bearer tokens that are accepted.",
  ),
  development_issuer: developmentIssuer.prefault({}).describe(
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
});

/** Text that is empty is not set: the settings never hold `""`. */
export type Settings = z.output<typeof SETTINGS_SCHEMA>;
export type CalloutSettings = Settings["callout"];
export type AccountSettings = Settings["accounts"][number];
export type IssuerSettings = Settings["issuers"][number];
export type SharedSecretSettings = IssuerSettings["shared_secrets"][number];

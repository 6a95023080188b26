/**
 * The settings of issuers of JWTs, the development issuer among them.
 */
import { z } from "zod";
import {
  CLOCK_TOLERANCE_SECONDS_MAX,
  KID_CHARS_MAX,
  SHARED_SECRETS_MAX,
  TOKEN_LIFETIME_SECONDS_MAX,
} from "../base/limits.ts";
import { CLAIM_TYPES } from "../base/known_claims.ts";
import { ISSUER_LABEL_REGEXP } from "../permissions/subject_token.ts";
import { CACHE_SCHEMA } from "./asked_schema.ts";

const OFF = false;

export const LABEL_SCHEMA = z.string().regex(ISSUER_LABEL_REGEXP, {
  error: "must be lower-case letters, digits and -, 32 at most",
}).optional().describe(
  "Put before the sub in the subjects (users.<label>=<sub>.>), so that equal subs of two issuers stay apart. At most one issuer may go without.",
);

export const REQUIRED_CLAIMS_SCHEMA = z.record(
  z.string(),
  z.enum(CLAIM_TYPES, {
    error: `must be one of ${CLAIM_TYPES.join(", ")}`,
  }),
).optional().describe(
  "Claims that must be there, each with its type: string, number, boolean, strings (a list) or object. A name that begins with / is a path into nested claims, as in /realm_access/roles.",
);

const sharedSecret = z.strictObject({
  kid: z.string().max(KID_CHARS_MAX).optional().describe(
    "Key id of the tokens signed with this secret. Without it, the secret is tried for every token.",
  ),
  secret: z.string().optional().describe(
    "The secret itself, in the form that encoding names; 256 bits or more. Goes before secret_file.",
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

const userinfo = z.strictObject({
  claims: z.array(z.string()).max(64).default([]).describe(
    "Claims that are taken from there where the token has none of that name. Without any, nothing is asked.",
  ),
  endpoint: z.string().optional().describe(
    "Where it is (https). Unless given, the issuer's metadata say it.",
  ),
  origins: z.array(z.string()).max(8).optional().describe(
    "Origins beside the issuer's own that its metadata may place it at: https://api.example.",
  ),
  cache: CACHE_SCHEMA,
});

export const ISSUER_SCHEMA = z.strictObject({
  issuer: z.string().optional().describe(
    "The issuer, exactly as the tokens' iss says it. An entry without it is left out.",
  ),
  label: LABEL_SCHEMA,
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
  published_secrets_file: z.string().optional().describe(
    "File with published secrets beside those that are known here, one a line: none of them may be one of shared_secrets.",
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
  required_claims: REQUIRED_CLAIMS_SCHEMA,
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
  userinfo: userinfo.prefault({}).describe(
    "Claims that are not in the token, asked for at the issuer's UserInfo endpoint with remote's time-out and certificates.",
  ),
  remote: remote.prefault({}).describe(
    "How keys are fetched (jwks_url or discovery).",
  ),
});

export const DEVELOPMENT_ISSUER_SCHEMA = z.strictObject({
  jwks_file: z.string().optional().describe(
    "Keys of the development issuer, whose tokens `deno task token` makes. Empty: it is not trusted. Never set it where real users are.",
  ),
  audiences: z.array(z.string()).max(16).default(["nats"]).describe(
    "The tokens' aud must hold one of these.",
  ),
});

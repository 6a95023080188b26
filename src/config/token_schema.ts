/**
 * The settings of tokens that are no JWTs, or that somebody is asked about.
 */
import { z } from "zod";
import {
  CLOCK_TOLERANCE_SECONDS_MAX,
  TOKEN_LIFETIME_SECONDS_MAX,
} from "../base/limits.ts";
import { POD_CA_FILE, POD_TOKEN_FILE } from "../identity/api_server.ts";
import { API_TOKENS_DEFAULTS } from "../identity/api_tokens.ts";
import { WEBHOOK_ISSUER } from "../identity/webhook.ts";
import { WEBHOOK_SECRETS_MAX } from "../identity/webhook_signature.ts";
import { ASKED_REMOTE_SCHEMA, CACHE_SCHEMA } from "./asked_schema.ts";
import { LABEL_SCHEMA, REQUIRED_CLAIMS_SCHEMA } from "./issuer_schema.ts";

const OFF = false;

const AUDIENCES = z.array(z.string()).max(16).default(["nats"]);

const lifetime = {
  "clock_tolerance_seconds": z.int().min(0).max(CLOCK_TOLERANCE_SECONDS_MAX)
    .default(30).describe("How far the other clock may be off, in seconds."),
  "lifetime_seconds_max": z.int().min(1).max(TOKEN_LIFETIME_SECONDS_MAX)
    .default(
      86_400,
    ).describe(
      "Longest time that an accepted token may have left, in seconds.",
    ),
};

/** Which tokens somebody is asked about. */
const choice = {
  "token_prefix": z.string().max(64).optional().describe(
    "How the tokens begin that are asked about here. At most one of introspection and webhook goes without: it has those that begin as no other's do.",
  ),
  jwts: z.enum(["none", "own", "others"]).default("none").describe(
    "JWTs that are asked about here instead of being verified: own (the issuer is in iss), others (also those whose iss is configured nowhere).",
  ),
};

const oauthClient = z.strictObject({
  id: z.string().optional().describe(
    "Id of this service at the authorization server.",
  ),
  method: z.enum([
    "client_secret_basic",
    "client_secret_post",
    "private_key_jwt",
  ]).default("client_secret_basic").describe(
    "How it proves who it is: secret in the header, secret in the body, or a JWT that it signs.",
  ),
  secret: z.string().optional().describe(
    "The client secret. Goes before secret_file.",
  ),
  secret_file: z.string().optional().describe(
    "File with the client secret. One line end at its end is cut off, no more.",
  ),
  key_file: z.string().optional().describe(
    "File with the private key of private_key_jwt: PEM (PKCS#8) or a JWK.",
  ),
  key_id: z.string().optional().describe(
    "kid of that key, as the authorization server knows it. A JWK's own unless given.",
  ),
  assertion_audience: z.string().optional().describe(
    "Whom the signed JWT is for; the issuer unless given.",
  ),
});

export const INTROSPECTION_SCHEMA = z.strictObject({
  issuer: z.string().optional().describe(
    "Name of the issuer in rules, and its URL where it publishes metadata; one of issuers may have its opaque tokens here. An entry without it is left out.",
  ),
  label: LABEL_SCHEMA,
  endpoint: z.string().optional().describe(
    "Introspection endpoint (https). Unless given, the issuer's metadata say it.",
  ),
  metadata_document: z.enum([
    "openid-configuration",
    "oauth-authorization-server",
  ]).optional().describe(
    "Which metadata the issuer publishes: openid-configuration unless given.",
  ),
  origins: z.array(z.string()).max(8).optional().describe(
    "Origins beside the issuer's own that its metadata may place the endpoint at.",
  ),
  client: oauthClient.prefault({}).describe(
    "Who this service is to the authorization server.",
  ),
  ...choice,
  characters: z.enum(["b64token", "visible"]).default("b64token").describe(
    "Of what the tokens are made: b64token (RFC 6750), or any visible ASCII.",
  ),
  audiences: AUDIENCES.describe("The answer's aud must hold one of these."),
  any_audience: z.boolean().default(OFF).describe(
    "Do not look at aud, for an authorization server that names none: every token that it calls active gets in.",
  ),
  client_ids: z.array(z.string()).max(256).optional().describe(
    "Accepted OAuth clients (client_id). Unless given: any.",
  ),
  required_scopes: z.array(z.string()).max(16).optional().describe(
    "Scopes that a token must have, all of them.",
  ),
  required_claims: REQUIRED_CLAIMS_SCHEMA,
  sub_claim: z.enum(["sub", "username", "client_id"]).default("sub").describe(
    "Which member of the answer says who it is, for all tokens of this issuer.",
  ),
  seconds_without_exp: z.int().min(1).max(86_400).optional().describe(
    "How long a token is good whose answer has no exp. Unless given, it is refused.",
  ),
  ...lifetime,
  cache: CACHE_SCHEMA,
  remote: ASKED_REMOTE_SCHEMA,
});

const webhookSecret = z.strictObject({
  secret: z.string().optional().describe(
    "whsec_ and base64 of 24 to 64 bytes. Goes before secret_file.",
  ),
  secret_file: z.string().optional().describe("File with the secret."),
});

export const WEBHOOK_SCHEMA = z.strictObject({
  url: z.string().optional().describe(
    "Where the backend is asked (https). Without it there is no webhook.",
  ),
  issuer: z.string().default(WEBHOOK_ISSUER).describe(
    "Name of the issuer in rules.",
  ),
  label: LABEL_SCHEMA,
  secrets: z.array(webhookSecret).max(WEBHOOK_SECRETS_MAX).default([]).describe(
    "What questions are signed with; two while one replaces the other. Without any, tls must say who asks.",
  ),
  tls: z.strictObject({
    cert_file: z.string().optional().describe(
      "File with the client certificate (PEM) that the backend asks for.",
    ),
    key_file: z.string().optional().describe(
      "File with the key (PEM) of the client certificate.",
    ),
  }).prefault({}).describe("A client certificate."),
  ...choice,
  characters: z.enum(["b64token", "visible"]).default("visible").describe(
    "Of what the tokens are made: any visible ASCII, or b64token (RFC 6750).",
  ),
  required_claims: REQUIRED_CLAIMS_SCHEMA,
  ...lifetime,
  cache: CACHE_SCHEMA,
  remote: ASKED_REMOTE_SCHEMA,
});

export const API_TOKENS_SCHEMA = z.strictObject({
  file: z.string().optional().describe(
    "File of the tokens' hashes. Without it there are no API tokens.",
  ),
  issuer: z.string().default(API_TOKENS_DEFAULTS.issuer).describe(
    "Name of the issuer in rules.",
  ),
  label: LABEL_SCHEMA,
  reload_seconds: z.int().min(1).max(3600).default(
    API_TOKENS_DEFAULTS.reloadSeconds,
  ).describe(
    "How often the file is looked at: a token that is disabled is good for as long.",
  ),
});

export const KUBERNETES_SCHEMA = z.strictObject({
  issuer: z.string().optional().describe(
    "The cluster's issuer, exactly as the tokens' iss says it: kubectl get --raw /.well-known/openid-configuration. An entry without it is left out.",
  ),
  label: LABEL_SCHEMA,
  method: z.enum(["keys", "token_review"]).default("keys").describe(
    "keys: tokens are verified here with the cluster's keys. token_review: the API server is asked about each, and refuses tokens of pods that are gone.",
  ),
  audiences: AUDIENCES.describe(
    "Audiences of the projected tokens; one of these.",
  ),
  namespaces: z.array(z.string()).max(256).optional().describe(
    "Namespaces whose service accounts may connect. Unless given: any.",
  ),
  api_server: z.strictObject({
    url: z.string().optional().describe(
      "https://kubernetes.default.svc inside of the cluster. Without it, with method keys, the issuer itself is asked: clusters of some clouds have a public one.",
    ),
    token_file: z.string().default(POD_TOKEN_FILE).describe(
      "File with the token that this service shows to the API server; read anew each time.",
    ),
    ca_file: z.string().default(POD_CA_FILE).describe(
      "File with the cluster's certificate authority (PEM).",
    ),
  }).prefault({}).describe("The API server of the cluster."),
  ...lifetime,
  cache: CACHE_SCHEMA,
  timeout_ms: z.int().min(100).max(5000).default(1000).describe(
    "For one fetch of the keys, or one review.",
  ),
});

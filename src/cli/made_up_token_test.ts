import {
  assert,
  assertEquals,
  assertFalse,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { json, startAskedServer } from "../../tests/fixtures/asked_server.ts";
import type { Asked } from "../../tests/fixtures/asked_server.ts";
import { CLUSTER_ISSUER, startCluster } from "../../tests/fixtures/cluster.ts";
import { issuerOptions } from "../../tests/fixtures/jwt_scene.ts";
import { createSigner } from "../../tests/fixtures/jwt_signer.ts";
import { WEBHOOK_SECRET } from "../../tests/fixtures/webhook_scene.ts";
import { Secret } from "../base/secret.ts";
import type { TokenConfig } from "../config/config.ts";
import { parseWebhookSecret } from "../identity/webhook_signature.ts";
import type { Finding } from "./finding.ts";
import { inquire, listInquiries } from "./issuer_findings.ts";

const RULES = { clockToleranceSeconds: 0, lifetimeSecondsMax: 3600 };
const ASKING = { allowLoopbackHttp: true, timeoutMs: 400 };
const CLIENT_SECRET = "canary-client-secret";

type Kind = "introspection" | "userinfo" | "webhook";

/** The configuration of one who is asked, beside keys that are here. */
const CONFIGURED: Readonly<Record<Kind, (origin: string) => TokenConfig>> = {
  introspection: (origin) => ({
    issuers: [],
    introspection: [{
      issuer: "https://id.example.com",
      audiences: ["nats"],
      endpoint: new URL(`${origin}/introspect`),
      client: {
        method: "client_secret_basic",
        clientId: "nats",
        secret: new Secret(CLIENT_SECRET),
      },
      tokenPrefix: "ory_at_",
      ...RULES,
      ...ASKING,
    }],
  }),
  userinfo: (origin) => ({
    issuers: [{
      ...issuerOptions(createSigner("EdDSA")),
      userinfo: {
        endpoint: new URL(`${origin}/userinfo`),
        claims: ["groups"],
        ...ASKING,
      },
    }],
  }),
  webhook: (origin) => ({
    issuers: [],
    webhooks: [{
      issuer: "urn:test:webhook",
      url: new URL(`${origin}/nats/token`),
      secrets: [parseWebhookSecret(new Secret(WEBHOOK_SECRET))],
      tokenPrefix: "app|",
      ...RULES,
      ...ASKING,
    }],
  }),
};

async function look(tokens: TokenConfig): Promise<Finding | undefined> {
  const findings = await inquire(listInquiries(tokens));
  assertEquals(findings.length, 2, JSON.stringify(findings));
  for (const secret of [CLIENT_SECRET, WEBHOOK_SECRET]) {
    assertFalse(JSON.stringify(findings).includes(secret));
  }
  return findings[0];
}

/** The token that was asked about. */
const ASKED_ABOUT: Readonly<Record<Kind, (asked: Asked) => string>> = {
  introspection: ({ body }) => new URLSearchParams(body).get("token") ?? "",
  userinfo: ({ headers }) => headers.get("authorization")?.slice(7) ?? "",
  webhook: ({ body }) => JSON.parse(body).token,
};

const expiresAt = Math.floor(Date.now() / 1000) + 60;

type Row = [
  kind: Kind,
  why: string,
  answer: () => Response | Promise<Response>,
  verdict: Finding["verdict"],
  what: RegExp,
  remedy?: RegExp,
];

const rows: Row[] = [
  [
    "introspection",
    "calls it inactive",
    () => json({ active: false }),
    "good",
    /refuses a made-up token$/,
  ],
  [
    "introspection",
    "does not know our secret",
    () => json({ error: "invalid_client" }, { status: 401 }),
    "wrong",
    /^http:\/\/127\.0\.0\.1:\d+ answered 401$/,
    /^compare client\.id, client\.method and the secret/,
  ],
  [
    "introspection",
    "is somewhere else",
    () => json({}, { status: 404 }),
    "wrong",
    /answered 404$/,
    /^compare endpoint$/,
  ],
  [
    "introspection",
    "stumbles over it",
    () => json({}, { status: 400 }),
    "doubtful",
    /answered 400$/,
    /deno task explain/,
  ],
  [
    "introspection",
    "says something else",
    () => json({ error: "invalid_client" }),
    "wrong",
    /no true or false in "active"/,
    /^see what is at endpoint/,
  ],
  [
    "introspection",
    "calls everything active",
    () => json({ active: true, sub: "alice", aud: "nats", exp: expiresAt }),
    "wrong",
    /^accepts a made-up token/,
    /^see what judges tokens there$/,
  ],
  [
    "introspection",
    "calls everything active, though for others",
    () => json({ active: true, sub: "alice", aud: "x", exp: expiresAt }),
    "wrong",
    /^accepts a made-up token/,
    /./,
  ],
  [
    "webhook",
    "refuses it",
    () => json({ result: "refused" }),
    "good",
    /refuses a made-up token$/,
  ],
  [
    "webhook",
    "does not know our signature",
    () => json({}, { status: 401 }),
    "wrong",
    /answered 401$/,
    /^compare secrets, or the certificate of tls/,
  ],
  [
    "webhook",
    "takes its time",
    async () => {
      await new Promise((resolve) => setTimeout(resolve, 600));
      return json({ result: "refused" });
    },
    "wrong",
    /^no answer within 400 ms$/,
    /raise remote\.timeout_ms$/,
  ],
  [
    "webhook",
    "accepts everything",
    () => json({ result: "accepted", sub: "alice", "expires_at": expiresAt }),
    "wrong",
    /^accepts a made-up token/,
    /./,
  ],
  [
    "userinfo",
    "refuses it",
    () => json({}, { status: 401 }),
    "good",
    /refuses a made-up token$/,
  ],
  [
    "userinfo",
    "forbids it",
    () => json({}, { status: 403 }),
    "doubtful",
    /^does not answer 401/,
    /^see whether that is the UserInfo endpoint$/,
  ],
  [
    "userinfo",
    "answers everybody",
    () => json({ sub: "alice" }),
    "doubtful",
    /^does not answer 401/,
    /./,
  ],
];

for (const [kind, why, answer, verdict, what, remedy] of rows) {
  Deno.test(
    `check --issuers asks about a made-up token, and ${kind} ${why}: ${verdict}`,
    async () => {
      await using server = startAskedServer(answer);
      const found = await look(CONFIGURED[kind](server.origin));
      assertEquals(found?.verdict, verdict, JSON.stringify(found));
      assertMatch(found?.what ?? "", what);
      if (remedy === undefined) assertEquals(found?.remedy, undefined);
      else assertMatch(found?.remedy ?? "", remedy);
      const [first, ...others] = server.asked;
      assert(first !== undefined);
      assertEquals(others, [], "once is enough");
      const token = ASKED_ABOUT[kind](first);
      const prefix = {
        introspection: "ory_at_",
        userinfo: "",
        webhook: "app|",
      };
      assertMatch(
        token.slice(prefix[kind].length),
        /^nats-auth-callout-check-[\w-]{43}$/,
      );
      assertStringIncludes(token, prefix[kind]);
    },
  );
}

const cluster = {
  issuer: CLUSTER_ISSUER,
  audiences: ["nats"],
  allowPrivateAddresses: true,
  timeoutMs: 2_000,
  ...RULES,
};

for (const kind of ["keys", "token_review"] as const) {
  Deno.test(
    `check --issuers asks an API server (${kind}), which has to know us`,
    async () => {
      await using server = startCluster(0);
      const remote = {
        caCertificates: [server.caCertificate],
        allowPrivateAddresses: true,
      };
      const tokens = (ownToken: string): TokenConfig => ({
        issuers: [],
        kubernetes: [{
          kind,
          ...cluster,
          apiServer: {
            url: server.url,
            bearerToken: () => Promise.resolve(new Secret(ownToken)),
          },
          ...(kind === "keys" ? { remote } : remote),
        }],
      });
      const found = await look(tokens(server.ownToken));
      assertEquals(found, {
        verdict: "good",
        where: `kubernetes ${CLUSTER_ISSUER}, ${kind}`,
        what: kind === "keys"
          ? "1 can be used, for RS256"
          : "answers, and refuses a made-up token",
      });
      const refused = await look(tokens("canary-of-another-cluster"));
      assertEquals(refused?.verdict, "wrong");
      assertMatch(refused?.what ?? "", /answered 401$/);
      assertMatch(
        refused?.remedy ?? "",
        kind === "keys"
          ? /service-account-issuer-discovery$/
          : /auth-delegator$/,
      );
      assertFalse(JSON.stringify(refused).includes("canary"));
      server.reviewStatus = { authenticated: true, audiences: ["nats"] };
      server.metadata = { ...server.metadata, issuer: "https://other.example" };
      const other = await look(tokens(server.ownToken));
      assertMatch(
        other?.what ?? "",
        kind === "keys"
          ? /another "issuer", https:\/\/other\.example$/
          : /^the review has no "user"$/,
      );
    },
  );
}

/**
 * Each kind of token by itself, as the conformance suite needs it: a token that is
 * good, tokens that are not, and a way to make whoever is asked answer badly.
 */
import { Secret } from "../../src/base/secret.ts";
import type { CredentialKind } from "../../src/base/identity.ts";
import { createApiToken } from "../../src/identity/api_token.ts";
import type { AuthenticatorOptions } from "../../src/identity/authenticator_options.ts";
import { parseWebhookSecret } from "../../src/identity/webhook_signature.ts";
import {
  json,
  START_SECONDS,
  startAskedServer,
} from "../fixtures/asked_server.ts";
import type { AskedServer } from "../fixtures/asked_server.ts";
import { CLUSTER_ISSUER, startCluster } from "../fixtures/cluster.ts";
import { goodAnswer } from "../fixtures/introspection_scene.ts";
import { claims, issuerOptions } from "../fixtures/jwt_scene.ts";
import { createSigner, jwksOf } from "../fixtures/jwt_signer.ts";
import type { Claims, Signer } from "../fixtures/jwt_signer.ts";
import { acceptance, WEBHOOK_SECRET } from "../fixtures/webhook_scene.ts";

export interface TokenKind {
  readonly name: string;
  readonly credential: CredentialKind;
  /** There is an `asked` server. */
  readonly asks: boolean;
  create(): Promise<KindScene>;
}

export interface KindScene extends AsyncDisposable {
  readonly options: AuthenticatorOptions;
  readonly sub: string;
  /** Another one each time, all of them good, for ten minutes. */
  goodToken(): string;
  /** Genuine, but of no use here; what is left out cannot be with this kind. */
  readonly spoiled: Readonly<Partial<Record<Spoiled, Spoil>>>;
  /** Whoever is asked about each token; undefined where all that is needed is in memory. */
  readonly asked?: AskedServer;
  /** Whether opaque tokens are asked about whatever they look like. */
  readonly asksAboutAnything: boolean;
}

export type Spoiled =
  | "another audience"
  | "expired"
  | "unknown issuer"
  | "forged";

export interface Spoil {
  readonly token: () => string;
  readonly code: string;
}

const RULES = { clockToleranceSeconds: 30, lifetimeSecondsMax: 3600 };
const ASKING = { allowLoopbackHttp: true, timeoutMs: 300 };

let made = 0;

function jwtSpoils(signer: Signer, stranger: Signer): KindScene["spoiled"] {
  const token = (changes: Claims) => () => signer.token(claims(changes));
  return {
    "another audience": {
      token: token({ aud: "other" }),
      code: "audience_mismatch",
    },
    "expired": {
      token: token({ exp: START_SECONDS - 31 }),
      code: "bearer_token_expired",
    },
    "unknown issuer": {
      token: token({ iss: "https://x" }),
      code: "issuer_untrusted",
    },
    "forged": {
      token: () => stranger.token(claims()),
      code: "signature_invalid",
    },
  };
}

function jwtKind(
  name: string,
  alg: "ES256" | "HS256",
  from: "file" | "url",
): TokenKind {
  const credential = alg === "HS256" ? "shared_secret" : "jwt";
  return {
    name,
    credential,
    asks: false,
    create(): Promise<KindScene> {
      const signer = createSigner(alg);
      const server = startAskedServer(() => json(jwksOf(signer.jwk)));
      const url = new URL(`${server.origin}/jwks`);
      const keys = { kind: "jwks_url", url, ...ASKING } as const;
      return Promise.resolve({
        options: {
          issuers: [issuerOptions(signer, from === "url" ? { keys } : {})],
        },
        sub: "alice",
        goodToken: () => signer.token(claims({ jti: String(made++) })),
        spoiled: jwtSpoils(signer, createSigner(alg)),
        asksAboutAnything: false,
        [Symbol.asyncDispose]: () => server.stop(),
      });
    },
  };
}

const userinfoKind: TokenKind = {
  name: "a JWT with UserInfo",
  credential: "jwt",
  asks: true,
  create(): Promise<KindScene> {
    const signer = createSigner("EdDSA");
    const asked = startAskedServer(() =>
      json({ sub: "alice", groups: ["ops"] })
    );
    const endpoint = new URL(`${asked.origin}/userinfo`);
    return Promise.resolve({
      options: {
        issuers: [{
          ...issuerOptions(signer),
          userinfo: { endpoint, claims: ["groups"], ...ASKING },
        }],
      },
      sub: "alice",
      goodToken: () => signer.token(claims({ jti: String(made++) })),
      spoiled: jwtSpoils(signer, createSigner("EdDSA")),
      asked,
      asksAboutAnything: false,
      [Symbol.asyncDispose]: () => asked.stop(),
    });
  },
};

/** Opaque tokens of an authorization server: what is wrong with one is in its name. */
function answerByName(
  { body }: { readonly body: string },
  good: (changes?: Claims) => Claims,
  bad: Claims,
  exp: string,
): Claims {
  if (body.includes("forged")) return bad;
  if (body.includes("expired")) return good({ [exp]: START_SECONDS - 31 });
  if (body.includes("audience")) return good({ aud: "other" });
  if (body.includes("issuer")) return good({ iss: "https://x" });
  return good();
}

function opaqueSpoil(word: string, code: string): Spoil {
  return { token: () => `${word}-${made++}`, code };
}

const introspectionKind: TokenKind = {
  name: "an opaque token",
  credential: "introspection",
  asks: true,
  create(): Promise<KindScene> {
    const asked = startAskedServer((question) =>
      json(answerByName(question, goodAnswer, { active: false }, "exp"))
    );
    return Promise.resolve({
      options: {
        introspection: [{
          issuer: "https://id.example.com",
          audiences: ["nats"],
          endpoint: new URL(asked.origin),
          client: {
            method: "client_secret_basic",
            clientId: "nats",
            secret: new Secret("canary-client-secret"),
          },
          ...RULES,
          ...ASKING,
        }],
      },
      sub: "alice",
      goodToken: () => `good-${made++}`,
      spoiled: {
        "another audience": opaqueSpoil("audience", "audience_mismatch"),
        "expired": opaqueSpoil("expired", "bearer_token_expired"),
        "unknown issuer": opaqueSpoil("issuer", "issuer_untrusted"),
        "forged": opaqueSpoil("forged", "bearer_token_inactive"),
      },
      asked,
      asksAboutAnything: true,
      [Symbol.asyncDispose]: () => asked.stop(),
    });
  },
};

const webhookKind: TokenKind = {
  name: "a token for the webhook",
  credential: "webhook",
  asks: true,
  create(): Promise<KindScene> {
    const asked = startAskedServer((question) =>
      json(
        answerByName(question, acceptance, { result: "refused" }, "expires_at"),
      )
    );
    return Promise.resolve({
      options: {
        webhooks: [{
          issuer: "urn:test:webhook",
          url: new URL(asked.origin),
          secrets: [parseWebhookSecret(new Secret(WEBHOOK_SECRET))],
          ...RULES,
          ...ASKING,
        }],
      },
      sub: "alice",
      goodToken: () => `${made++}|good`,
      spoiled: {
        "expired": opaqueSpoil("expired", "bearer_token_expired"),
        "forged": opaqueSpoil("forged", "bearer_token_inactive"),
      },
      asked,
      asksAboutAnything: true,
      [Symbol.asyncDispose]: () => asked.stop(),
    });
  },
};

const apiTokenKind: TokenKind = {
  name: "an API token",
  credential: "api_token",
  asks: false,
  async create(): Promise<KindScene> {
    const folder = await Deno.makeTempDir();
    const file = `${folder}/api-tokens.json`;
    const good = Array.from({ length: 20 }, createApiToken);
    const expired = createApiToken();
    const entries = [...good, expired].map(({ id, digest }) => ({
      id,
      sha256: digest,
      sub: "alice",
      "created_at": "2026-01-01T00:00:00Z",
      "expires_at": new Date(
        (START_SECONDS + (id === expired.id ? -1 : 600)) * 1000,
      ).toISOString(),
    }));
    await Deno.writeTextFile(
      file,
      JSON.stringify({ version: 1, tokens: entries }),
      { mode: 0o600 },
    );
    return {
      options: { apiTokens: { issuer: "urn:test:api-tokens", file } },
      sub: "alice",
      goodToken: () =>
        (good[made++ % good.length] ?? createApiToken()).token.reveal(),
      spoiled: {
        "expired": {
          token: () => expired.token.reveal(),
          code: "bearer_token_expired",
        },
        "forged": {
          token: () => createApiToken().token.reveal(),
          code: "bearer_token_unknown",
        },
      },
      asksAboutAnything: false,
      [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
    };
  },
};

function kubernetesKind(kind: "keys" | "token_review"): TokenKind {
  return {
    name: `a service account (${kind})`,
    credential: "kubernetes",
    asks: false,
    create(): Promise<KindScene> {
      const cluster = startCluster(START_SECONDS);
      const ten = { exp: START_SECONDS + 600 };
      const token = (changes: Claims) => () =>
        cluster.projectedToken("shop", "web", {
          ...ten,
          jti: String(made++),
          ...changes,
        });
      const common = {
        issuer: CLUSTER_ISSUER,
        audiences: ["nats"],
        apiServer: {
          url: cluster.url,
          bearerToken: (): Promise<Secret> =>
            Promise.resolve(new Secret(cluster.ownToken)),
        },
        ...RULES,
      };
      const remote = {
        caCertificates: [cluster.caCertificate],
        allowPrivateAddresses: true,
        timeoutMs: 1_000,
      };
      const refused = kind === "keys"
        ? "audience_mismatch"
        : "bearer_token_inactive";
      return Promise.resolve({
        options: {
          kubernetes: [
            kind === "keys"
              ? { kind, ...common, remote }
              : { kind, ...common, ...remote },
          ],
        },
        sub: "system:serviceaccount:shop:web",
        goodToken: token({}),
        spoiled: {
          "another audience": {
            token: token({ aud: ["other"] }),
            code: refused,
          },
          "expired": {
            token: token({ exp: START_SECONDS - 31 }),
            code: "bearer_token_expired",
          },
          "unknown issuer": {
            token: token({ iss: "https://x" }),
            code: "issuer_untrusted",
          },
          "forged": {
            token: () => `${token({})().slice(0, -343)}.${"A".repeat(342)}`,
            code: kind === "keys"
              ? "signature_invalid"
              : "bearer_token_inactive",
          },
        },
        asksAboutAnything: false,
        [Symbol.asyncDispose]: () => cluster[Symbol.asyncDispose](),
      });
    },
  };
}

export const TOKEN_KINDS: readonly TokenKind[] = [
  jwtKind("a JWT, its keys in a file", "ES256", "file"),
  jwtKind("a JWT, its keys at a URL", "ES256", "url"),
  jwtKind("a JWT of a shared secret", "HS256", "file"),
  userinfoKind,
  introspectionKind,
  apiTokenKind,
  webhookKind,
  kubernetesKind("keys"),
  kubernetesKind("token_review"),
];

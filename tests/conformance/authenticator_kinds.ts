/**
 * All kinds of tokens, for the conformance suite.
 */
import type { Identity } from "../../src/base/identity.ts";
import { rejected } from "../../src/base/outcome.ts";
import { Secret } from "../../src/base/secret.ts";
import { createApiToken } from "../../src/identity/api_token.ts";
import { identified } from "../../src/identity/custom_identity.ts";
import {
  json,
  START_SECONDS,
  startAskedServer,
} from "../fixtures/asked_server.ts";
import { CLUSTER_ISSUER, startCluster } from "../fixtures/cluster.ts";
import { claims, issuerOptions } from "../fixtures/jwt_scene.ts";
import { createSigner, jwksOf } from "../fixtures/jwt_signer.ts";
import type { Claims } from "../fixtures/jwt_signer.ts";
import { introspectionKind, userinfoKind, webhookKind } from "./asked_kinds.ts";
import {
  ASKING,
  jwtSpoils,
  nextNumber,
  OWN_ISSUER,
  RULES,
} from "./token_kind.ts";
import type { KindScene, TokenKind } from "./token_kind.ts";

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
        goodToken: () => signer.token(claims({ jti: String(nextNumber()) })),
        spoiled: jwtSpoils(signer, createSigner(alg)),
        asksAboutAnything: false,
        [Symbol.asyncDispose]: () => server.stop(),
      });
    },
  };
}

const apiTokenKind: TokenKind = {
  name: "an API token",
  credential: "api_token",
  toleranceSeconds: 0,
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
        (good[nextNumber() % good.length] ?? createApiToken()).token.reveal(),
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
          jti: String(nextNumber()),
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

/** As a program does it that looks tokens up in a table of its own. */
const customKind: TokenKind = {
  name: "a token of a program's own",
  credential: "custom",
  toleranceSeconds: 0,
  asks: false,
  create(): Promise<KindScene> {
    const known = new Map<string, Identity>();
    const issue = (seconds: number, issuer = OWN_ISSUER) => (): string => {
      const expiresAt = new Date((START_SECONDS + seconds) * 1000);
      const token = `own-${nextNumber()}`;
      known.set(token, identified({ issuer, sub: "alice", expiresAt }));
      return token;
    };
    return Promise.resolve({
      options: (bearerToken) =>
        known.get(bearerToken.reveal()) ??
          rejected("bearer_token_unknown", "It is not in the table"),
      sub: "alice",
      goodToken: issue(600),
      spoiled: {
        "expired": { token: issue(-1), code: "bearer_token_expired" },
        "unknown issuer": {
          token: issue(600, "https://x"),
          code: "issuer_untrusted",
        },
        "forged": {
          token: () => `own-${nextNumber()}`,
          code: "bearer_token_unknown",
        },
      },
      asksAboutAnything: false,
      [Symbol.asyncDispose]: () => Promise.resolve(),
    });
  },
};

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
  customKind,
];

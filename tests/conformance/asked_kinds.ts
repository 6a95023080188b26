/**
 * Kinds of tokens about which somebody is asked, each with a server that answers.
 */
import { Secret } from "../../src/base/secret.ts";
import { parseWebhookSecret } from "../../src/identity/webhook_signature.ts";
import {
  json,
  START_SECONDS,
  startAskedServer,
} from "../fixtures/asked_server.ts";
import { goodAnswer } from "../fixtures/introspection_scene.ts";
import { claims, issuerOptions } from "../fixtures/jwt_scene.ts";
import { createSigner } from "../fixtures/jwt_signer.ts";
import type { Claims } from "../fixtures/jwt_signer.ts";
import { acceptance, WEBHOOK_SECRET } from "../fixtures/webhook_scene.ts";
import { ASKING, jwtSpoils, nextNumber, RULES } from "./token_kind.ts";
import type { KindScene, Spoil, TokenKind } from "./token_kind.ts";

export const userinfoKind: TokenKind = {
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
      goodToken: () => signer.token(claims({ jti: String(nextNumber()) })),
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
  return { token: () => `${word}-${nextNumber()}`, code };
}

export const introspectionKind: TokenKind = {
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
      goodToken: () => `good-${nextNumber()}`,
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

export const webhookKind: TokenKind = {
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
      goodToken: () => `${nextNumber()}|good`,
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

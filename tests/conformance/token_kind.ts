/**
 * One kind of token by itself, as the conformance suite needs it: a token that is
 * good, tokens that are not, and a way to make whoever is asked answer badly.
 */
import type { CredentialKind } from "../../src/base/identity.ts";
import type { Authenticate } from "../../src/identity/authenticate.ts";
import type { AuthenticatorOptions } from "../../src/identity/authenticator_options.ts";
import { START_SECONDS } from "../fixtures/asked_server.ts";
import type { AskedServer } from "../fixtures/asked_server.ts";
import { claims } from "../fixtures/jwt_scene.ts";
import type { Claims, Signer } from "../fixtures/jwt_signer.ts";

export interface TokenKind {
  readonly name: string;
  readonly credential: CredentialKind;
  /** How long a token is good beyond its end; 30 seconds unless given. */
  readonly toleranceSeconds?: number;
  /** There is an `asked` server. */
  readonly asks: boolean;
  create(): Promise<KindScene>;
}

export interface KindScene extends AsyncDisposable {
  /** What judges the tokens: what is configured, or a program's own function. */
  readonly options: AuthenticatorOptions | Authenticate;
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

export const RULES = { clockToleranceSeconds: 30, lifetimeSecondsMax: 3600 };
export const ASKING = { allowLoopbackHttp: true, timeoutMs: 300 };

/** Of a program's own tokens. */
export const OWN_ISSUER = "urn:test:own";

let made = 0;

/** Another number each time. */
export function nextNumber(): number {
  return made++;
}

/** What is wrong with JWTs. */
export function jwtSpoils(
  signer: Signer,
  stranger: Signer,
): KindScene["spoiled"] {
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

/**
 * Judges bearer tokens of all kinds that are configured. Which kind a token is
 * follows from its form and, for JWTs, from the issuer that it names; nobody is
 * asked about a token that belongs to another, and a refusal is final.
 *
 * @see RFC 8725 section 3.8 and 3.12
 */
import { member } from "../base/json.ts";
import { rejected } from "../base/outcome.ts";
import type { Rejected } from "../base/outcome.ts";
import type { Secret } from "../base/secret.ts";
import { createApiTokens } from "./api_tokens.ts";
import type {
  AuthenticationOutcome,
  Authenticator,
  AuthenticatorDependencies,
  AuthenticatorStatus,
} from "./authenticate.ts";
import type {
  AuthenticatorOptions,
  JwtChoice,
  TokenChoice,
} from "./authenticator_options.ts";
import { authenticatorProblems } from "./authenticator_problems.ts";
import { decodeClaims, decodeCompactJws } from "./compact_jws.ts";
import { createIntrospection } from "./introspection.ts";
import { tokenForm } from "./token_form.ts";
import { createTokenReview } from "./token_review.ts";
import { createVerifiedJwts } from "./verified_jwts.ts";
import { createWebhook } from "./webhook.ts";

/** Somebody who is asked about tokens, and about which. */
interface Asked {
  readonly issuer: string;
  readonly jwts: JwtChoice;
  /** How its opaque tokens begin, empty for all that begin as no other's do; undefined if it has none. */
  readonly tokenPrefix: string | undefined;
  readonly authenticator: Authenticator;
}

/** Judges tokens of all kinds, and tells whose a token is. */
export interface RoutingAuthenticator extends Authenticator {
  /**
   * Who judges the token, by its form and, for a JWT, the `iss` that it claims.
   * Nothing of it is verified. Undefined if it belongs to nobody.
   */
  sourceOf(bearerToken: Secret): AuthenticatorStatus | undefined;
  /** Gets what this token is judged by, and nothing for one that belongs to nobody. */
  startFor(bearerToken: Secret): Promise<void>;
}

/** Who judges a token, and what is known of its issuer there. */
interface Found {
  readonly judge: Authenticator;
  readonly source: AuthenticatorStatus;
}

/** Who judges that token, or why nobody does. */
type Route = (text: string) => Authenticator | Rejected;

/**
 * @throws {TypeError} If {@linkcode authenticatorProblems} finds any.
 */
export function createAuthenticator(
  options: AuthenticatorOptions,
  dependencies: AuthenticatorDependencies,
): RoutingAuthenticator {
  const problems = authenticatorProblems(options);
  if (problems.length > 0) {
    throw new TypeError(
      ["Cannot judge tokens:", ...problems.map(({ text }) => text)].join(
        "\n  ",
      ),
    );
  }
  const jwts = createVerifiedJwts(options, dependencies);
  const asked = createAsked(options, dependencies);
  const apiTokens = options.apiTokens === undefined
    ? undefined
    : createApiTokens(options.apiTokens, dependencies);
  const routeJwt = createJwtRoute(jwts, asked);
  const routeOpaque = createOpaqueRoute(asked);
  const all = [
    jwts,
    ...asked.map(({ authenticator }) => authenticator),
    ...apiTokens === undefined ? [] : [apiTokens],
  ];

  function route(text: string): Authenticator | Rejected {
    switch (tokenForm(text)) {
      case "jwt":
        return routeJwt(text);
      case "api token":
        return apiTokens ?? notConfigured("API tokens");
      case "opaque":
        return routeOpaque(text);
    }
  }

  function find(bearerToken: Secret): Found | undefined {
    const text = bearerToken.reveal();
    const judge = route(text);
    if ("kind" in judge) return undefined;
    const iss = judge === jwts ? readIssuer(text) : judge.status()[0]?.issuer;
    const source = judge.status().find(({ issuer }) => issuer === iss);
    return source && { judge, source };
  }

  return {
    authenticate(
      bearerToken,
      context,
    ): AuthenticationOutcome | Promise<AuthenticationOutcome> {
      const judge = route(bearerToken.reveal());
      return "kind" in judge ? judge : judge.authenticate(bearerToken, context);
    },
    sourceOf: (bearerToken) => find(bearerToken)?.source,
    async startFor(bearerToken): Promise<void> {
      const found = find(bearerToken);
      await found?.judge.start(found.source.issuer);
    },
    async start(): Promise<void> {
      await Promise.all(all.map((each) => each.start()));
    },
    stop(): void {
      for (const each of all) each.stop();
    },
    status: () => all.flatMap((each) => each.status()),
  };
}

function createAsked(
  { introspection = [], webhooks = [], kubernetes = [] }: AuthenticatorOptions,
  dependencies: AuthenticatorDependencies,
): readonly Asked[] {
  return [
    ...introspection.map((each) => ({
      ...choiceOf(each),
      authenticator: createIntrospection(each, dependencies),
    })),
    ...webhooks.map((each) => ({
      ...choiceOf(each),
      authenticator: createWebhook(each, dependencies),
    })),
    ...kubernetes.filter((each) => each.kind === "token_review").map(
      (each) => ({
        issuer: each.issuer,
        jwts: "own" as const,
        tokenPrefix: undefined,
        authenticator: createTokenReview(each, dependencies),
      }),
    ),
  ];
}

function choiceOf(
  { issuer, tokenPrefix = "", jwts = "none" }:
    & TokenChoice
    & { readonly issuer: string },
): Omit<Asked, "authenticator"> {
  return { issuer, jwts, tokenPrefix };
}

/** A JWT belongs to whom its `iss` names. It is read for that only where somebody has to be asked. */
function createJwtRoute(
  verifier: Authenticator,
  asked: readonly Asked[],
): Route {
  const byIssuer = new Map(
    asked.filter(({ jwts }) => jwts !== "none")
      .map(({ issuer, authenticator }) => [issuer, authenticator]),
  );
  if (byIssuer.size === 0) return () => verifier;
  const others = asked.find(({ jwts }) => jwts === "others")?.authenticator;
  const verified = new Set(verifier.status().map(({ issuer }) => issuer));

  return function routeJwt(text): ReturnType<Route> {
    const iss = readIssuer(text);
    if (typeof iss === "object") return iss;
    const found = iss === undefined ? undefined : byIssuer.get(iss);
    if (found !== undefined) return found;
    return others === undefined || (iss !== undefined && verified.has(iss))
      ? verifier
      : others;
  };
}

/** The issuer that a token claims to be of; undefined if it names none. */
function readIssuer(text: string): string | undefined | Rejected {
  const jws = decodeCompactJws(text);
  if (jws.kind === "rejected") return jws;
  const decoded = decodeClaims(jws.payload);
  if (decoded.kind === "rejected") return decoded;
  const iss = member(decoded.claims, "iss");
  return typeof iss === "string" ? iss : undefined;
}

/** As in the header `Authorization` of HTTP. */
const SCHEME_REGEXP = /^bearer\s/i;
const WITH_SCHEME = rejected(
  "bearer_token_malformed",
  "Token: begins with Bearer, which is no part of it",
);

/** An opaque token belongs to whoever's prefix it has, or else to the one without. */
function createOpaqueRoute(asked: readonly Asked[]): Route {
  const prefixed = asked.flatMap(({ authenticator, tokenPrefix = "" }) =>
    tokenPrefix === "" ? [] : [{ authenticator, tokenPrefix }]
  );
  const rest = asked.find(({ tokenPrefix }) => tokenPrefix === "");
  const unclaimed = prefixed.length === 0
    ? notConfigured("opaque tokens")
    : rejected(
      "bearer_token_malformed",
      `Token: is no JWT, and begins with no configured token_prefix: ${
        prefixed.map(({ tokenPrefix }) => tokenPrefix).join(", ")
      }`,
    );

  return function routeOpaque(text): ReturnType<Route> {
    const judge =
      prefixed.find(({ tokenPrefix }) => text.startsWith(tokenPrefix)) ?? rest;
    if (judge !== undefined) return judge.authenticator;
    return SCHEME_REGEXP.test(text) ? WITH_SCHEME : unclaimed;
  };
}

function notConfigured(what: string): Rejected {
  return rejected(
    "bearer_token_malformed",
    `Token: is no JWT, and ${what} are not configured`,
  );
}

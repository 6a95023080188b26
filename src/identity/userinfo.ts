/**
 * Claims that are not in the access token: the issuer of a verified JWT is asked
 * for them, and its answer is remembered. They are added, never exchanged: what
 * the signed token says stays.
 *
 * @see OpenID Connect Core 1.0 section 5.3
 */
import type { Identity } from "../base/identity.ts";
import { member } from "../base/json.ts";
import type { Json, JsonObject } from "../base/json.ts";
import { rejected } from "../base/outcome.ts";
import type { Rejected } from "../base/outcome.ts";
import type { Secret } from "../base/secret.ts";
import { AskedEndpoint } from "./asked_endpoint.ts";
import type { AskingOptions } from "./asked_endpoint.ts";
import type {
  AuthenticationContext,
  AuthenticationOutcome,
  AuthenticatorDependencies,
} from "./authenticate.ts";
import { EndpointFault } from "./endpoint_fault.ts";
import { readJsonAnswer } from "./http_endpoint.ts";
import type { HttpAnswer } from "./http_endpoint.ts";
import { locateEndpoint } from "./located_endpoint.ts";
import type { EndpointLocation } from "./located_endpoint.ts";
import { vouch } from "./token_memory.ts";
import type { Vouched } from "./token_memory.ts";

/** Where claims come from that are not in the token (OpenID Connect Core section 5.3). */
export interface UserInfoOptions extends AskingOptions {
  readonly endpoint: EndpointLocation;
  /** The claims that are taken from there, where the token has none of that name. */
  readonly claims: readonly string[];
}

export interface UserInfo {
  /** Adds the claims to a verified identity. */
  enrich(
    identity: Identity,
    bearerToken: Secret,
    context: AuthenticationContext,
  ): AuthenticationOutcome | Promise<AuthenticationOutcome>;
  /** The endpoint was left alone after failures, and has answered nobody since. */
  readonly isFailing: boolean;
  stop(): void;
}

/** Not for anybody else than the token itself to say. */
export const PROTECTED_CLAIMS: readonly string[] = [
  "iss",
  "sub",
  "aud",
  "exp",
  "nbf",
  "iat",
  "scope",
  "scp",
  "azp",
  "client_id",
];

export function createUserInfo(
  issuer: string,
  options: UserInfoOptions,
  dependencies: AuthenticatorDependencies,
): UserInfo {
  const { endpoint: location, allowLoopbackHttp = false } = options;
  const endpoint = new AskedEndpoint<JsonObject>({
    issuer,
    credential: "jwt",
    dependency: "userinfo",
    asking: options,
  }, dependencies);
  const askLocated = locateEndpoint(
    {
      issuer,
      location,
      member: "userinfo_endpoint",
      allowLoopbackHttp,
    },
    endpoint.http,
    dependencies.monotonic,
  );

  async function ask(
    { sub }: Identity,
    bearerToken: Secret,
    signal: AbortSignal,
  ): Promise<Vouched<JsonObject> | Rejected | EndpointFault> {
    const answer = await askLocated({
      method: "GET",
      headers: { "authorization": `Bearer ${bearerToken.reveal()}` },
      statuses: [200, 401, 403, 429],
    }, signal);
    return answer instanceof EndpointFault
      ? answer
      : readAnswer(answer, sub, options.claims);
  }

  return {
    enrich(identity, bearerToken, context): ReturnType<UserInfo["enrich"]> {
      return endpoint.tokens.decide({
        bearerToken,
        facts: [],
        ask: (signal) => ask(identity, bearerToken, signal),
        judge: (claims) => ({
          ...identity,
          claims: { ...addable(claims, identity), ...identity.claims },
        }),
      }, context);
    },
    get isFailing(): boolean {
      return endpoint.isFailing;
    },
    stop: () => endpoint.stop(),
  };
}

/**
 * An address and whether it is verified are one statement, of the token or of the
 * answer: the one half with the other's would vouch for an address that is not meant.
 */
function addable(claims: JsonObject, { claims: own }: Identity): JsonObject {
  const isSame = !Object.hasOwn(own, "email") ||
    own["email"] === claims["email"];
  if (isSame && !Object.hasOwn(own, "email_verified")) return claims;
  const { email: _email, "email_verified": _verified, ...others } = claims;
  return others;
}

function readAnswer(
  answer: HttpAnswer,
  sub: string,
  names: readonly string[],
): Vouched<JsonObject> | Rejected | EndpointFault {
  // Verdicts about this one token (RFC 6750 section 3.1).
  if (answer.status === 401) {
    return rejected(
      "bearer_token_inactive",
      "The issuer refuses the token at its UserInfo endpoint",
    );
  }
  if (answer.status === 403) {
    return rejected(
      "scope_missing",
      "The token may not be used at the issuer's UserInfo endpoint; most want the scope openid",
    );
  }
  // Who asks is the user, by the token, and limits are for one of them: it must
  // not rest for everybody because of one who logs in often.
  if (answer.status === 429) {
    return new EndpointFault(`${answer.origin} answered 429`, {
      cause: "asked_too_often",
      questionOnly: true,
    });
  }
  const content = readJsonAnswer(answer);
  if (content instanceof EndpointFault) return content;
  // Somebody else's claims otherwise (section 5.3.4).
  if (member(content, "sub") !== sub) {
    return rejected("claim_invalid", 'UserInfo names another "sub"');
  }
  const claims = pick(content, names);
  return vouch(claims, JSON.stringify(claims).length);
}

function pick(content: JsonObject, names: readonly string[]): JsonObject {
  const picked: [string, Json][] = [];
  for (const name of names) {
    const value = member(content, name);
    if (value !== undefined) picked.push([name, value]);
  }
  return Object.fromEntries(picked);
}

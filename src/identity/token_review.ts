/**
 * Service account tokens that the cluster's API server judges itself: it also
 * knows whether the pod or the service account of a token still exists.
 *
 * @see https://kubernetes.io/docs/reference/kubernetes-api/authentication-resources/token-review-v1/
 */
import type { Identity } from "../base/identity.ts";
import { isJsonObject, member } from "../base/json.ts";
import type { JsonObject } from "../base/json.ts";
import { rejected } from "../base/outcome.ts";
import type { Rejected } from "../base/outcome.ts";
import type { Secret } from "../base/secret.ts";
import type { EpochMs } from "../base/time.ts";
import { apiServerUrl, authorizationOf } from "./api_server.ts";
import type { ApiServer } from "./api_server.ts";
import { AskedEndpoint } from "./asked_endpoint.ts";
import type { AskingOptions } from "./asked_endpoint.ts";
import { readName } from "./named_claims.ts";
import type {
  Authenticator,
  AuthenticatorDependencies,
} from "./authenticate.ts";
import { decodeClaims, decodeCompactJws } from "./compact_jws.ts";
import { EndpointFault } from "./endpoint_fault.ts";
import { readJsonAnswer } from "./http_endpoint.ts";
import { toServiceAccount } from "./service_account.ts";
import type { ServiceAccountRules } from "./service_account.ts";
import { vouch } from "./token_memory.ts";
import type { Vouched } from "./token_memory.ts";
import { checkLifetime } from "./token_lifetime.ts";
import type { LifetimeRule } from "./token_lifetime.ts";

/** A cluster whose API server is asked about each token (TokenReview). */
export interface TokenReviewOptions
  extends ServiceAccountRules, LifetimeRule, AskingOptions {
  readonly kind: "token_review";
  /** `iss` of the cluster's tokens. */
  readonly issuer: string;
  readonly audiences: readonly string[];
  readonly apiServer: ApiServer;
}

const PATH = "/apis/authentication.k8s.io/v1/tokenreviews";

/**
 * What the API server says in `status.error` of a token that it has judged. Whatever
 * else it says is that it could not find out: its store, its own time-outs and the
 * webhooks that it asks have words without number.
 *
 * @see kubernetes `pkg/serviceaccount/claims.go`, `pkg/serviceaccount/jwt.go`
 */
const VERDICT_REGEXPS: readonly RegExp[] = [
  /^(?:service account )?token (?:has expired|has been invalidated|is not valid yet|is issued in the future)$/i,
  /^(?:serviceaccounts|secrets|pods|nodes) "[^"]*" not found$/,
  /^service ?account \S+ has been deleted$/i,
  /^(?:service ?account|secret|pod|node) UID \(\S*\) does not match (?:service account \w+ ref )?claim \(\S*\)$/i,
  /^token audiences \[.*\] is invalid for the target audiences \[.*$/,
  /^token issuer "[^"]*" is invalid$/,
  // One text, with a comma in it.
  /^(?:invalid signature|no keys found)$/,
  /^(?:square|go-jose)\/go-jose: (?:error in cryptographic primitive|unknown\/unsupported algorithm|unsupported key type\/format)$/,
];

/**
 * Beside a verdict, of those who know nothing of service accounts: the API server's
 * own token, OpenShift's OAuth tokens, the webhook of EKS.
 */
const NOT_OURS_REGEXP =
  /^(?:invalid bearer token|token lookup failed|unknown)$/;

/** What is kept of a review; the answer repeats the token. */
interface Review {
  readonly sub: string;
  readonly claims: JsonObject;
}

export function createTokenReview(
  options: TokenReviewOptions,
  dependencies: AuthenticatorDependencies,
): Authenticator {
  const { issuer, audiences, apiServer } = options;
  const url = apiServerUrl(apiServer, PATH);
  const authorization = authorizationOf(apiServer);
  const endpoint = new AskedEndpoint<Review>({
    issuer,
    credential: "kubernetes",
    dependency: "token_review",
    asking: options,
  }, dependencies);

  async function ask(
    bearerToken: Secret,
    claims: JsonObject,
    signal: AbortSignal,
  ): Promise<Vouched<Review> | Rejected | EndpointFault> {
    const proof = await authorization();
    if (proof instanceof EndpointFault) return proof;
    const answer = await endpoint.http.ask({
      url,
      method: "POST",
      headers: {
        "content-type": "application/json",
        "authorization": proof,
      },
      body: JSON.stringify({
        "apiVersion": "authentication.k8s.io/v1",
        "kind": "TokenReview",
        "spec": { "token": bearerToken.reveal(), audiences },
      }),
      // 201, as a review is created; its body is the answer.
      statuses: [200, 201],
    }, signal);
    if (answer instanceof EndpointFault) return answer;
    const content = readJsonAnswer(answer);
    return content instanceof EndpointFault
      ? content
      : readReview(content, claims, audiences);
  }

  return endpoint.authenticator((bearerToken, context) => {
    const jws = decodeCompactJws(bearerToken.reveal());
    if (jws.kind === "rejected") return jws;
    const decoded = decodeClaims(jws.payload);
    if (decoded.kind === "rejected") return decoded;
    return endpoint.tokens.decide({
      bearerToken,
      facts: [],
      ask: (signal) => ask(bearerToken, decoded.claims, signal),
      judge: (review, now) => judgeReview(review, options, now),
    }, context);
  });
}

/**
 * Reads a review. The claims are the token's own: the API server has verified
 * their signature when it says that the token is authenticated.
 */
function readReview(
  review: JsonObject,
  claims: JsonObject,
  audiences: readonly string[],
): Vouched<Review> | Rejected | EndpointFault {
  const status = member(review, "status");
  if (!isJsonObject(status)) return malformed('has no "status"');
  const authenticated = member(status, "authenticated") ?? false;
  if (authenticated === false) {
    const error = member(status, "error") ?? "";
    if (typeof error !== "string" || !isVerdict(error)) {
      return new EndpointFault("the API server could not review the token", {
        questionOnly: true,
      });
    }
    return rejected(
      "bearer_token_inactive",
      "The API server does not authenticate the token",
    );
  }
  if (authenticated !== true) {
    return malformed('has no true or false in "authenticated"');
  }
  // An API server that names none has not looked at the audience.
  const named = member(status, "audiences");
  if (
    !Array.isArray(named) || !audiences.some((each) => named.includes(each))
  ) {
    return rejected(
      "audience_mismatch",
      "The API server confirms none of the configured audiences",
    );
  }
  const user = member(status, "user");
  if (!isJsonObject(user)) return malformed('has no "user"');
  const sub = readName(user, "username");
  if (sub.kind === "rejected") return sub;
  if (member(claims, "sub") !== sub.text) {
    return rejected("claim_invalid", 'The review names another than "sub"');
  }
  const groups = member(user, "groups");
  return vouch({
    sub: sub.text,
    claims: {
      ...claims,
      "sub": sub.text,
      ...(groups === undefined ? {} : { groups }),
    },
  }, JSON.stringify(claims).length);
}

/** Whether the token was judged: without an error, or with what is known to be about it and nothing else. */
function isVerdict(error: string): boolean {
  if (error === "" || error === "invalid bearer token") return true;
  // Of all who were asked, in brackets; older API servers have brackets in brackets.
  const said = error.split(", ").map((each) =>
    each.replaceAll(/^\[+|\]+$/g, "")
  );
  const others = said.filter((each) => !NOT_OURS_REGEXP.test(each));
  return others.length > 0 &&
    others.every((each) =>
      VERDICT_REGEXPS.some((verdict) => verdict.test(each))
    );
}

function judgeReview(
  { sub, claims }: Review,
  options: TokenReviewOptions,
  now: EpochMs,
): Identity | Rejected {
  const { issuer } = options;
  const lifetime = checkLifetime(claims, options, now);
  if (lifetime.kind === "rejected") return lifetime;
  return toServiceAccount({
    kind: "identity",
    credential: "kubernetes",
    issuer,
    sub,
    claims,
    expiresAt: lifetime.expiresAt,
  }, options);
}

function malformed(problem: string): EndpointFault {
  return new EndpointFault(`the review ${problem}`, { questionOnly: true });
}

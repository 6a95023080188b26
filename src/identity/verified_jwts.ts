/**
 * JWTs that are verified here, of issuers and of clusters, and what is left to do
 * for their identities afterwards: to ask for claims that are not in the token, to
 * see which service account it is.
 */
import type { Identity } from "../base/identity.ts";
import type { Secret } from "../base/secret.ts";
import type {
  Authenticate,
  AuthenticationContext,
  AuthenticationOutcome,
  Authenticator,
  AuthenticatorDependencies,
} from "./authenticate.ts";
import type {
  AuthenticatorOptions,
  IssuerOptions,
} from "./authenticator_options.ts";
import { createJwtBearer } from "./jwt_bearer.ts";
import { clusterIssuer } from "./kubernetes.ts";
import { checkRequiredClaims } from "./required_claims.ts";
import type { RequiredClaim } from "./required_claims.ts";
import { toServiceAccount } from "./service_account.ts";
import { createUserInfo } from "./userinfo.ts";
import type { UserInfo } from "./userinfo.ts";

/** What is left to do for an identity whose JWT has been verified. */
type Finish = (
  identity: Identity,
  bearerToken: Secret,
  context: AuthenticationContext,
) => AuthenticationOutcome | Promise<AuthenticationOutcome>;

export function createVerifiedJwts(
  { issuers = [], kubernetes = [] }: AuthenticatorOptions,
  dependencies: AuthenticatorDependencies,
): Authenticator {
  const clusters = kubernetes.filter((each) => each.kind === "keys");
  const bearer = createJwtBearer(
    [
      ...issuers.map((each) => ({
        ...each,
        requiredClaims: splitRequired(each).ofToken,
      })),
      ...clusters.map(clusterIssuer),
    ],
    dependencies,
  );
  const userinfos = issuers.flatMap((each) => {
    const { issuer, userinfo: options } = each;
    if (options === undefined) return [];
    const userinfo = createUserInfo(issuer, options, dependencies);
    const finish = enrichAndCheck(userinfo, splitRequired(each).afterUserInfo);
    return [{ issuer, userinfo, finish }];
  });
  const finishes: ReadonlyMap<string, Finish> = new Map<string, Finish>([
    ...clusters.map((cluster) =>
      [
        cluster.issuer,
        (identity: Identity) => toServiceAccount(identity, cluster),
      ] as const
    ),
    ...userinfos.map(({ issuer, finish }) => [issuer, finish] as const),
  ]);
  return {
    authenticate: finishes.size === 0
      ? bearer.authenticate
      : withFinishes(bearer, finishes),
    start: bearer.start,
    stop(): void {
      bearer.stop();
      for (const { userinfo } of userinfos) userinfo.stop();
    },
    status: () =>
      bearer.status().map((status) => ({
        ...status,
        ...(clusters.some(({ issuer }) => issuer === status.issuer)
          ? { credential: "kubernetes" }
          : {}),
        failing: userinfos.some(({ issuer, userinfo }) =>
          issuer === status.issuer && userinfo.isFailing
        ),
      })),
  };
}

function withFinishes(
  bearer: Authenticator,
  finishes: ReadonlyMap<string, Finish>,
): Authenticate {
  return function authenticate(bearerToken, context): ReturnType<Authenticate> {
    function finish(
      outcome: AuthenticationOutcome,
    ): ReturnType<Authenticate> {
      if (outcome.kind !== "identity") return outcome;
      const rest = finishes.get(outcome.issuer);
      return rest === undefined ? outcome : rest(outcome, bearerToken, context);
    }
    const outcome = bearer.authenticate(bearerToken, context);
    return outcome instanceof Promise ? outcome.then(finish) : finish(outcome);
  };
}

/** What UserInfo may add can be missed only when it has; the rest before anybody is asked. */
function splitRequired({ requiredClaims = [], userinfo }: IssuerOptions): {
  readonly ofToken: readonly RequiredClaim[];
  readonly afterUserInfo: readonly RequiredClaim[];
} {
  const isAdded = ({ path: [name = ""] }: RequiredClaim): boolean =>
    userinfo?.claims.includes(name) ?? false;
  return {
    ofToken: requiredClaims.filter((claim) => !isAdded(claim)),
    afterUserInfo: requiredClaims.filter(isAdded),
  };
}

function enrichAndCheck(
  userinfo: UserInfo,
  required: readonly RequiredClaim[],
): Finish {
  function check(outcome: AuthenticationOutcome): AuthenticationOutcome {
    return outcome.kind === "identity"
      ? checkRequiredClaims(outcome.claims, required) ?? outcome
      : outcome;
  }
  return (identity, bearerToken, context) => {
    const outcome = userinfo.enrich(identity, bearerToken, context);
    return outcome instanceof Promise ? outcome.then(check) : check(outcome);
  };
}

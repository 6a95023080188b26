/**
 * Whether whoever issues or judges tokens is there, and what they say can be used:
 * found out by the very code that the service asks with, at the same moment for
 * all. No user's token is needed, and none is sent.
 */
import type { Secret } from "../base/secret.ts";
import { monotonicClock, systemClock } from "../base/time.ts";
import type { TokenConfig } from "../config/config.ts";
import type {
  Authenticator,
  AuthenticatorDependencies,
} from "../identity/authenticate.ts";
import type { IssuerOptions } from "../identity/authenticator_options.ts";
import { EndpointFault } from "../identity/endpoint_fault.ts";
import { createIntrospection } from "../identity/introspection.ts";
import type { JwtIssuerOptions } from "../identity/jwt_issuer_options.ts";
import { createKeyFetcher } from "../identity/key_fetcher.ts";
import type { ImportedKeySet } from "../identity/key_set.ts";
import { clusterIssuer } from "../identity/kubernetes.ts";
import type { KubernetesOptions } from "../identity/kubernetes.ts";
import { P256Tables } from "../identity/p256_tables.ts";
import { createTokenReview } from "../identity/token_review.ts";
import { createUserInfo } from "../identity/userinfo.ts";
import { createWebhook } from "../identity/webhook.ts";
import { createLog } from "../telemetry/log.ts";
import { type Finding, unknown } from "./finding.ts";
import {
  clusterSettings,
  describeFault,
  type EndpointSettings,
  introspectionSettings,
  keySettings,
  userInfoSettings,
  WEBHOOK_SETTINGS,
} from "./endpoint_remedies.ts";
import {
  type AskedPlace,
  askMadeUp,
  judgeUserInfo,
  judgeVerdict,
  madeUpIdentity,
  madeUpJwt,
  madeUpToken,
} from "./made_up_token.ts";

/** Asks one of them. Never rejects. */
export type Inquiry = (
  dependencies: AuthenticatorDependencies,
) => Promise<readonly Finding[]>;

/** One for each that is asked over the network, in the order of the configuration. */
export function listInquiries(tokens: TokenConfig): readonly Inquiry[] {
  const { introspection = [], issuers, kubernetes = [], webhooks = [] } =
    tokens;
  return [
    ...issuers.flatMap((each) => [
      ...inquireKeys(each, `issuer ${each.issuer}`, keySettings(each.keys)),
      ...inquireUserInfo(each),
    ]),
    ...introspection.map((each) =>
      inquireVerdict({
        where: `introspection ${each.issuer}`,
        settings: introspectionSettings(each.endpoint),
      }, (dependencies) =>
        createIntrospection(each, dependencies), madeUpToken(each.tokenPrefix))
    ),
    ...webhooks.map((each) =>
      inquireVerdict({
        where: `webhook ${each.issuer}`,
        settings: WEBHOOK_SETTINGS,
      }, (dependencies) =>
        createWebhook(each, dependencies), madeUpToken(each.tokenPrefix))
    ),
    ...kubernetes.flatMap(inquireCluster),
  ];
}

/** Asks all at once: one that hangs holds up nobody, and ends by its own time-out. */
export async function inquire(
  inquiries: readonly Inquiry[],
): Promise<readonly Finding[]> {
  if (inquiries.length === 0) {
    return [{
      verdict: "good",
      where: "issuers",
      what: "nobody has to be asked: keys and secrets are all here",
    }];
  }
  // What is worth a line there is a finding here.
  const log = createLog({ format: "text", level: "error", write: () => {} });
  const dependencies = { log, clock: systemClock, monotonic: monotonicClock };
  try {
    const found = await Promise.all(
      inquiries.map((ask) => ask(dependencies)),
    );
    return [...found.flat(), TOKENS_NOT_CHECKED];
  } finally {
    await log.close();
  }
}

const TOKENS_NOT_CHECKED: Finding = unknown(
  "tokens",
  "no user's token was sent; whether audience, scopes and claims are as configured, only one shows",
  "deno task explain --token -",
);

/** None for keys that are here. */
function inquireKeys(
  { algorithms, issuer, keys: source }: JwtIssuerOptions,
  name: string,
  settings: EndpointSettings,
): readonly Inquiry[] {
  if (source.kind === "jwks" || source.kind === "shared_secret") return [];
  const where = `${name}, keys`;
  return [async (dependencies) => {
    const tables = new P256Tables(monotonicClock);
    const fetcher = createKeyFetcher(
      { issuer, source, context: { algorithms, tables } },
      dependencies,
    );
    const fetched = await fetcher.fetch(new AbortController().signal);
    return fetched instanceof EndpointFault
      ? [describeFault(fetched, where, settings)]
      : [
        judgeKeys(fetched, where, source.kind === "jwks_url"),
        ...fetched.warnings.map((what): Finding => ({
          verdict: "doubtful",
          where,
          what,
          remedy: "tell whoever runs the issuer: what it signs is refused",
        })),
      ];
  }];
}

function judgeKeys(
  { keySet: { keys }, others }: ImportedKeySet,
  where: string,
  isNamed: boolean,
): Finding {
  if (keys.length === 0) {
    return {
      verdict: "wrong",
      where,
      what: "none can be used: all its tokens are refused",
      remedy: "compare algorithms with what its keys are for",
    };
  }
  const algorithms = new Set(keys.flatMap((key) => [...key.algorithms]));
  return {
    verdict: "good",
    where,
    what: [
      `${keys.length} can be used, for ${[...algorithms].join(", ")}`,
      ...(others === 0 ? [] : [`${others} for something else`]),
      // Nothing that was fetched says whose keys they are.
      ...(isNamed
        ? ["that its tokens name this issuer was not looked at"]
        : []),
    ].join("; "),
  };
}

function inquireCluster(options: KubernetesOptions): readonly Inquiry[] {
  const { issuer, kind } = options;
  const name = `kubernetes ${issuer}`;
  const settings = clusterSettings(options);
  if (kind === "keys") {
    return inquireKeys(clusterIssuer(options), name, settings);
  }
  return [
    inquireVerdict(
      { where: `${name}, token_review`, settings },
      (dependencies) => createTokenReview(options, dependencies),
      madeUpJwt(issuer),
    ),
  ];
}

function inquireVerdict(
  place: AskedPlace,
  create: (dependencies: AuthenticatorDependencies) => Authenticator,
  bearerToken: Secret,
): Inquiry {
  return async (dependencies) => [
    judgeVerdict(await askMadeUp(create(dependencies), bearerToken), place),
  ];
}

function inquireUserInfo(
  { issuer, userinfo: options }: IssuerOptions,
): readonly Inquiry[] {
  if (options === undefined) return [];
  const place = {
    where: `issuer ${issuer}, userinfo`,
    settings: userInfoSettings(options.endpoint),
  };
  return [async (dependencies) => {
    const userinfo = createUserInfo(issuer, options, dependencies);
    const outcome = await askMadeUp({
      authenticate: (bearerToken, context) =>
        userinfo.enrich(madeUpIdentity(issuer), bearerToken, context),
      stop: () => userinfo.stop(),
    }, madeUpToken());
    return [judgeUserInfo(outcome, place)];
  }];
}

/**
 * What `explain` has to say: one structure, which is its JSON.
 */
import { formatDuration } from "../base/duration.ts";
import type { CredentialKind, Identity } from "../base/identity.ts";
import type { Rejected, Unavailable } from "../base/outcome.ts";
import { type EpochMs, toEpochSeconds } from "../base/time.ts";
import { latestSessionEnd } from "../callout/user_jwt.ts";
import { DEVELOPMENT_ISSUER } from "../config/build_issuers.ts";
import type { TokenForm } from "../identity/token_form.ts";
import type {
  Grant,
  LoginFacts,
  SubjectPermission,
} from "../permissions/grant.ts";
import type { Explanation, RuleTrace } from "../permissions/rules.ts";
import { explainMismatch, settingThatLetsIn } from "./mismatch.ts";
import { formatTime } from "./printable.ts";
import type { Facts } from "./source_settings.ts";

export interface ExplainedLogin {
  readonly outcome: "granted" | "refused" | "could not be judged";
  /** Why not: as in the log. */
  readonly code?: string;
  readonly detail?: string;
  /** What was asked for where it was refused. */
  readonly expected?: string;
  /** What it has instead. */
  readonly found?: string;
  /** What to do if nobody could judge it, or the setting that would let it in. */
  readonly lookAt?: string;
  /** Left out of made-up claims. */
  readonly token?: ExplainedToken;
  /** Left out if the token belongs to nobody, and of made-up claims that the rules were asked about. */
  readonly judge?: ExplainedJudge;
  readonly identity?: ExplainedIdentity;
  readonly rules: readonly RuleTrace[];
  readonly grant?: ExplainedGrant;
  readonly notes: readonly string[];
}

export interface ExplainedToken {
  readonly form: TokenForm;
  /** Whether what it says was vouched for by its issuer; left out if it says nothing. */
  readonly verified?: boolean;
  readonly says: Facts;
}

/** Who judges the token, and by what. */
export interface ExplainedJudge {
  readonly kind: CredentialKind;
  readonly issuer: string;
  readonly settings: Facts;
}

export interface ExplainedIdentity {
  readonly issuer: string;
  readonly kind: string;
  readonly sub: string;
  /** Left out of made-up claims that say nothing of it. */
  readonly expiresAt?: string;
  /** What else was made of the token, by names in words. */
  readonly more: Facts;
}

export interface ExplainedGrant {
  readonly rule: string;
  readonly account: string;
  /** The user in subjects, and the user JWT's name. */
  readonly name: string;
  readonly publish?: SubjectPermission;
  readonly subscribe?: SubjectPermission;
  readonly allowResponses?: { readonly max: number; readonly ttl: string };
  readonly scopedKey?: string;
  readonly tags?: readonly string[];
  /** What clients set as the beginning of their inboxes. */
  readonly inboxPrefix?: string;
  readonly session: {
    readonly longest: string;
    readonly endsAtTheLatest: string;
    readonly endedBy:
      | "the token"
      | "the rule's session"
      | "the rule's hours"
      | "permissions.session_seconds_max";
  };
}

/** What is known of a login beside what became of it. */
export type Presented = Pick<ExplainedLogin, "judge" | "token">;

export interface RefusalContext extends Presented {
  /** What is configured beside the judge, for tokens that belong to nobody. */
  readonly configured?: Facts;
  /** What to do about whoever could not be asked. */
  readonly remedy?: string | undefined;
  /** What made-up claims say; what was judged of the token unless given. */
  readonly says?: Facts;
  readonly now: EpochMs;
}

export const DEVELOPMENT_SETTING =
  "DEV_ISSUER_JWKS_FILE, which is .dev/issuer/jwks.json for the tokens of `deno task token`";

/** A login that did not get as far as the rules. */
export function explainRefusal(
  refusal: Rejected | Unavailable,
  context: RefusalContext,
): ExplainedLogin {
  const { configured = {}, judge, now, remedy, token } = context;
  const { says = judgedOf(token, judge) } = context;
  const { iss } = context.says ?? token?.says ?? {};
  const { detail } = refusal;
  const presented = {
    detail,
    ...(token === undefined ? {} : { token }),
    ...(judge === undefined ? {} : { judge }),
    rules: [],
    notes: [],
  };
  if (refusal.kind === "rejected") {
    const setting = refusal.code === "issuer_untrusted" &&
        iss === DEVELOPMENT_ISSUER
      ? DEVELOPMENT_SETTING
      : settingThatLetsIn(refusal, judge?.kind);
    return {
      outcome: "refused",
      code: refusal.code,
      ...(setting === undefined ? {} : { lookAt: setting }),
      ...explainMismatch(
        refusal,
        { settings: judge?.settings ?? configured, says },
        now,
      ),
      ...presented,
    };
  }
  return {
    outcome: "could not be judged",
    code: `unavailable: ${refusal.dependency}`,
    ...(remedy === undefined ? {} : { lookAt: remedy }),
    ...presented,
  };
}

/** Whose answer decides, and not what the token itself says: it is not shown here. */
const ASKED: readonly CredentialKind[] = ["introspection", "webhook"];

/** What of the token was judged. */
function judgedOf(
  token: ExplainedToken | undefined,
  judge: ExplainedJudge | undefined,
): Facts {
  if (token === undefined) return {};
  return judge !== undefined && ASKED.includes(judge.kind) ? {} : token.says;
}

export interface DecisionContext extends Presented {
  /** What the rules decided, and how. */
  readonly explanation: Explanation;
  /** permissions.session_seconds_max. */
  readonly sessionSecondsMax: number;
  /** Whether the token says when it ends. */
  readonly expires: boolean;
  /** What else was made of the token, by names in words. */
  readonly more?: Facts;
  readonly notes?: readonly string[];
}

export function explainDecision(
  identity: Identity,
  facts: LoginFacts,
  context: DecisionContext,
): ExplainedLogin {
  const { expires, explanation, judge, more = {}, notes = [], token } = context;
  const { outcome } = explanation;
  const found = {
    ...(token === undefined ? {} : { token }),
    ...(judge === undefined ? {} : { judge }),
    identity: {
      issuer: identity.issuer,
      kind: identity.credential,
      sub: identity.sub,
      ...(expires ? { expiresAt: formatTime(identity.expiresAt) } : {}),
      more,
    },
    rules: explanation.tried,
    notes: [
      ...notes,
      ...(outcome.kind === "grant" && identity.expiresAt <= facts.now / 1000
        ? [
          "the token has expired: it still gets in, for a second, as clocks differ (clock_tolerance_seconds)",
        ]
        : []),
      ...explanation.notes,
    ],
  };
  if (outcome.kind === "rejected") {
    const { code, detail } = outcome;
    return { outcome: "refused", code, detail, ...found };
  }
  return {
    outcome: "granted",
    ...found,
    grant: toExplained(outcome, identity, facts, context),
  };
}

function toExplained(
  grant: Grant,
  identity: Identity,
  facts: LoginFacts,
  context: DecisionContext,
): ExplainedGrant {
  const { account, name, permissions, rule } = grant;
  const { inboxPrefix } = context.explanation;
  const session = explainSession(grant, identity, facts, context);
  if (permissions.kind === "scoped") {
    const { key, tags } = permissions;
    return { rule, account, name, scopedKey: key, tags, session };
  }
  const { publish, responses, subscribe } = permissions;
  return {
    rule,
    account,
    name,
    publish,
    subscribe,
    ...(responses === undefined ? {} : {
      allowResponses: {
        max: responses.messagesMax,
        ttl: formatDuration(responses.seconds),
      },
    }),
    ...(inboxPrefix === undefined ? {} : { inboxPrefix }),
    session,
  };
}

function explainSession(
  grant: Grant,
  { expiresAt }: Identity,
  { now }: LoginFacts,
  { sessionSecondsMax }: DecisionContext,
): ExplainedGrant["session"] {
  const end = latestSessionEnd(expiresAt, grant, toEpochSeconds(now));
  return {
    longest: formatDuration(grant.sessionSecondsMax),
    endsAtTheLatest: formatTime(end),
    endedBy: end >= expiresAt
      ? "the token"
      : grant.endsBy !== undefined && end >= grant.endsBy
      ? "the rule's hours"
      // A rule cannot ask for more than that.
      : grant.sessionSecondsMax < sessionSecondsMax
      ? "the rule's session"
      : "permissions.session_seconds_max",
  };
}

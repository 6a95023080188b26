/**
 * From the settings of the rules to rules, or to what is wrong with them.
 */
import type { IssuerTokens } from "../base/known_claims.ts";
import type { RulesContext } from "../permissions/rule_context.ts";
import { type RulePath, RulesFault } from "../permissions/rule_fault.ts";
import type { RuleOptions } from "../permissions/rule_options.ts";
import { createRules, DEFAULT_RULES } from "../permissions/rules.ts";
import type { Checking } from "./checking.ts";
import type { Config } from "./config.ts";
import type { ConfigIssue } from "./config_error.ts";
import { isWithin, pathText, showName } from "./path.ts";
import type { RuleSettings } from "./rules_schema.ts";
import type { Settings } from "./schema.ts";

export interface RuleIssuers {
  /** Unless given, rules may ask for any. */
  readonly issuerTokens?: readonly IssuerTokens[];
  /** By issuer. */
  readonly labels: ReadonlyMap<string, string>;
}

export function buildRules(
  settings: Settings,
  { issuerTokens, labels }: RuleIssuers,
  checking: Checking,
): Pick<Config, "permissions" | "rules"> | undefined {
  const account = chooseAccount(settings, checking);
  // Nothing in the rules that there are without any can be wrong but the account.
  const isAccountReported = checking.issues.some(({ path }) =>
    isWithin(path, "accounts") || isWithin(path, "permissions.account")
  );
  if (
    settings.rules === undefined && (account === undefined || isAccountReported)
  ) {
    if (!isAccountReported) {
      checking.report(
        "accounts",
        "names no account",
        "name the account that users are placed in",
      );
    }
    return undefined;
  }
  const permissions: RulesContext = {
    account,
    accounts: settings.accounts.flatMap(({ name, scoped_keys: keys }) =>
      name === undefined
        ? []
        : [{ name, scopedKeys: keys.flatMap((key) => key.name ?? []) }]
    ),
    sessionSecondsMax: settings.permissions.session_seconds_max,
    issuerLabels: labels,
    tokens: issuerTokens,
    connectionTypes: settings.callout.connection_types,
  };
  const options = settings.rules?.map(toOptions) ?? DEFAULT_RULES;
  const rules = createRules(options, permissions);
  if (rules instanceof RulesFault) {
    const known = [...checking.issues];
    for (const { path, problem, remedy } of rules.issues) {
      if (isFollowOn(path, known)) continue;
      checking.report(rulePathText(path), problem, remedy);
    }
    return undefined;
  }
  for (const { isDead = false, path, problem, remedy } of rules.warnings) {
    checking.warn({
      code: "rule_surprising",
      setting: rulePathText(path),
      detail: `Rule ${nameAt(options, path)} ${problem}`,
      remedy,
      ...(isDead ? { isWrong: true } : {}),
    });
  }
  return { permissions, rules };
}

/**
 * Around what is wrong, and so has been left out, something is missing: it has been said.
 *
 * @param known What was wrong before the rules were read.
 */
function isFollowOn(path: RulePath, known: readonly ConfigIssue[]): boolean {
  const place = pathText(["rules", ...path]);
  return known.some((issue) => {
    if (issue.path === place || !isWithin(issue.path, place)) return false;
    const [part] = APART_REGEXP.exec(issue.path) ?? [];
    return part === undefined || isWithin(place, part);
  });
}

/** Parts without which the rule, or its grant, says as much as before. */
const APART_REGEXP =
  /^rules\[\d+\]\.(?:name|when|gives_way_to|grant\.(?:account|allow_responses|only|session))\b/;

/** The account of rules that name none: rules may each name one, so it may be missing. */
function chooseAccount(
  { accounts, permissions, rules }: Settings,
  checking: Checking,
): string | undefined {
  const names = accounts.map(({ name }) => name);
  const account = permissions.account ??
    (names.length === 1 ? names[0] : undefined);
  if (account === undefined && names.length > 1 && rules === undefined) {
    checking.report(
      "permissions.account",
      "is missing: there is more than one account",
      "set it to the name of one of accounts",
    );
  }
  if (account !== undefined && !names.includes(account)) {
    checking.report(
      "permissions.account",
      "is the name of no account",
      "set it to the name of one of accounts",
    );
  }
  return account;
}

/** In a long list an index says less than the name. */
function nameAt(rules: readonly RuleOptions[], [index]: RulePath): string {
  return rules.find((_, at) => at === index)?.name ?? "";
}

/** A name that is missing is reported where the rules are read. */
function toOptions({ name = "", ...rule }: RuleSettings): RuleOptions {
  return { name, ...rule };
}

/** `rules[1].grant.subscribe[0]`. Claims' names are the operator's: one that does not look like a setting's is quoted. */
function rulePathText(path: RulePath): string {
  let text = "rules";
  for (const [index, step] of path.entries()) {
    if (typeof step === "number") text += `[${step}]`;
    else if (path[index - 1] === "claims" && showName(step) !== step) {
      text += `[${JSON.stringify(step)}]`;
    } else text += `.${showName(step)}`;
  }
  return text;
}

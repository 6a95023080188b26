/**
 * `rules:test`: holds the rules against a table that the operator keeps beside
 * them. Needs no keys, no NATS and no network: it runs in any pipeline.
 */
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import type { Identity } from "../base/identity.ts";
import type { Rejected } from "../base/outcome.ts";
import { systemClock } from "../base/time.ts";
import { DEVELOPMENT_ISSUER } from "../config/build_issuers.ts";
import {
  configurationFile,
  loadRules,
  ownConfiguration,
} from "../config/load.ts";
import type { ParsedRules } from "../config/parse_rules.ts";
import { loadRuleTests, RULE_TESTS_NAME } from "../config/rule_tests.ts";
import type { RuleTest } from "../config/rule_tests_schema.ts";
import { DEVELOPMENT_SETTING } from "./explanation.ts";
import { EXIT_FAILED, EXIT_OK, print } from "./terminal.ts";
import {
  type Accepted,
  ANY_ISSUER,
  LoginFault,
  namedIssuer,
  readFacts,
  readIdentity,
} from "./made_up_login.ts";
import { compareOutcome } from "./rule_expectation.ts";
import { withUsage } from "./usage.ts";

const USAGE = `Tests the rules of the configuration by a table.

Usage: deno task rules:test [--file FILE]

  --file FILE  the table, ${RULE_TESTS_NAME} beside the configuration unless given
  --help       this text

CALLOUT_CONFIG names the configuration, config/callout.yaml unless set. Neither keys
nor variables of it have to be there. Exit code 1 if a test fails, 2 if the table
or the rules cannot be used.`;

export async function run(args: readonly string[]): Promise<number> {
  return await withUsage(USAGE, args, () => {
    const { values } = parseArgs({
      args: [...args],
      options: { file: { type: "string" } },
    });
    const folder = dirname(configurationFile());
    const file = values.file ?? join(folder, RULE_TESTS_NAME);
    return Promise.resolve(testRules(file));
  });
}

function testRules(file: string): number {
  const loaded = loadRules(ownConfiguration());
  const tests = loadRuleTests(file);
  let failed = 0;
  for (const test of tests) {
    const problems = runTest(test, loaded);
    if (problems.length > 0) failed++;
    print(`${problems.length === 0 ? "✓" : "✗"} ${test.name}`);
    problems.forEach((problem) => print(`    ${problem}`));
  }
  print(`\n${tests.length - failed} passed, ${failed} failed`);
  return failed === 0 ? EXIT_OK : EXIT_FAILED;
}

/** What is not as expected. */
export function runTest(
  test: RuleTest,
  loaded: Accepted & Pick<ParsedRules, "rules">,
): readonly string[] {
  const facts = readFacts(test, systemClock());
  if (facts instanceof LoginFault) return [facts.problem];
  const identity = readIdentity(test, facts, loaded);
  if (identity instanceof LoginFault) return [identity.problem];
  const problems = compareOutcome(
    test.expect,
    identity.kind === "rejected"
      ? identity
      : loaded.rules.permit(identity, facts),
  );
  return problems.length === 0 ? [] : [
    ...problems,
    ...adviceOn(test, identity).map((advice) => `-> ${advice}`),
  ];
}

/** What to do about the test itself. */
function adviceOn(
  test: RuleTest,
  identity: Identity | Rejected,
): readonly string[] {
  if (identity.kind === "identity") {
    const { claims, issuer } = identity;
    return [
      ...(issuer === ANY_ISSUER
        ? [
          "no issuer is configured here (is OIDC_ISSUER set?): name one in the test if subjects need it",
        ]
        : []),
      ...(Object.hasOwn(claims, "email") && claims["email_verified"] !== true
        ? ["email counts only with email_verified: true"]
        : []),
    ];
  }
  if (identity.code !== "issuer_untrusted") return [];
  return [
    "correct issuer in the test",
    ...(namedIssuer(test) === DEVELOPMENT_ISSUER
      ? [`look at ${DEVELOPMENT_SETTING}`]
      : []),
  ];
}

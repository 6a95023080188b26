/**
 * Reads the table of tests for rules. Nothing is filled in from the environment:
 * a test means the same everywhere.
 */
import { z } from "zod";
import { isJsonObject, type Json, member } from "../base/json.ts";
import { ConfigError } from "./config_error.ts";
import { explain } from "./explain.ts";
import { expectationIssues } from "./rule_test_issues.ts";
import { RULE_TESTS_SCHEMA, type RuleTest } from "./rule_tests_schema.ts";
import { FileFault, readTextFile } from "./text_file.ts";
import { CONFIG_CHARS_MAX, readYaml, YamlFault } from "./yaml_text.ts";

/** Beside the configuration. */
export const RULE_TESTS_NAME = "rules.test.yaml";

/**
 * @throws {ConfigError} If the file cannot be read, or a test is not of the form.
 */
export function loadRuleTests(path: string): readonly RuleTest[] {
  const text = readTextFile({
    path,
    secret: false,
    bytesMax: 3 * CONFIG_CHARS_MAX,
  });
  if (text instanceof FileFault) {
    const { kind, problem } = text;
    const remedy = kind === "missing"
      ? `${text.remedy}, or begin with a copy of config/${RULE_TESTS_NAME}; docs/RULES.md explains it`
      : text.remedy;
    throw new ConfigError(path, [{ path, problem, remedy }]);
  }
  return parseRuleTests(text, path);
}

/**
 * @throws {ConfigError} If a test is not of the form.
 */
export function parseRuleTests(
  text: string,
  source: string,
): readonly RuleTest[] {
  const content = readYaml(text);
  if (content instanceof YamlFault) {
    throw new ConfigError(source, content.issues);
  }
  const parsed = RULE_TESTS_SCHEMA.safeParse(content);
  const schema = jsonSchema();
  const issues = parsed.success
    ? parsed.data.tests.flatMap((test, index) =>
      expectationIssues(test.expect, `tests[${index}].expect`)
    )
    : parsed.error.issues.flatMap((issue) => explain(issue, schema));
  if (parsed.success && issues.length === 0) return parsed.data.tests;
  throw new ConfigError(
    source,
    issues.map((issue) => ({
      ...issue,
      path: withTestName(issue.path, content),
    })),
  );
}

/** A table may be long: the test is found by its name. */
function withTestName(path: string, content: Json): string {
  const [, index] = /^tests\[(\d+)\]/.exec(path) ?? [];
  const tests = isJsonObject(content) ? member(content, "tests") : undefined;
  if (index === undefined || !Array.isArray(tests)) return path;
  const test: Json = tests[Number(index)];
  const name = isJsonObject(test) ? member(test, "name") : undefined;
  return typeof name === "string"
    ? `${path}, of ${JSON.stringify(name.slice(0, TEST_NAME_CHARS))}`
    : path;
}

/** Enough to find it by. */
const TEST_NAME_CHARS = 100;

function jsonSchema(): Json {
  const schema: Json = JSON.parse(
    JSON.stringify(z.toJSONSchema(RULE_TESTS_SCHEMA, { io: "input" })),
  );
  return isJsonObject(schema) ? schema : {};
}

/**
 * The rules alone, out of a configuration whose keys, files and variables need
 * not be there: in a pipeline that tests rules, for instance. Pure.
 */
import type { ConnectionType } from "../base/connection_type.ts";
import type { RulesContext } from "../permissions/rule_context.ts";
import type { Rules } from "../permissions/rules.ts";
import { buildRules } from "./build_rules.ts";
import { buildTokens } from "./build_tokens.ts";
import { createChecking } from "./checking.ts";
import type { ConfigWarning } from "./config.ts";
import { ConfigError } from "./config_error.ts";
import type { Lookup } from "./environment.ts";
import { isWithin } from "./path.ts";
import { readSettings } from "./settings.ts";
import { FileFault } from "./text_file.ts";
import { listSources, type TokenSource } from "./token_sources.ts";
import { YamlFault } from "./yaml_text.ts";

export interface ParseRulesOptions {
  /** What the text came from, for the messages. */
  readonly source: string;
  readonly lookup: Lookup;
}

export interface ParsedRules {
  readonly rules: Rules;
  readonly permissions: RulesContext;
  /** Whose tokens are accepted, as far as variables name them. */
  readonly sources: readonly TokenSource[];
  /** How clients may be connected. */
  readonly connectionTypes: readonly ConnectionType[];
  readonly warnings: readonly ConfigWarning[];
}

/** What rules are made of. */
const SECTIONS = ["rules", "permissions"];

/**
 * @throws {ConfigError} If a rule is wrong.
 */
export function parseRules(
  text: string,
  { source, lookup }: ParseRulesOptions,
): ParsedRules {
  const read = readSettings(text, lookup);
  if (read instanceof YamlFault) throw new ConfigError(source, read.issues);
  const { settings, variables } = read;
  const options = { variables, readFile: readNothing };
  // What is wrong with issuers is not asked here: only who they are.
  const anything = createChecking({ ...options, issues: [] });
  const { labels } = buildTokens(settings, anything);
  const checking = createChecking({
    ...options,
    issues: read.issues.filter(({ path }) =>
      SECTIONS.some((section) => isWithin(path, section))
    ),
  });
  const built = buildRules(settings, { labels }, checking);
  if (built === undefined || checking.issues.length > 0) {
    throw new ConfigError(source, checking.issues);
  }
  return {
    ...built,
    sources: listSources(settings),
    connectionTypes: settings.callout.connection_types,
    warnings: checking.warnings,
  };
}

function readNothing(): FileFault {
  return new FileFault("missing", "is not read", "");
}

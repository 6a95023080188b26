/**
 * Settings out of a text, and where to report what else is wrong with them: how
 * each of those begins who makes something of a configuration.
 */
import { type Checking, createChecking } from "./checking.ts";
import { ConfigError, type ConfigIssue } from "./config_error.ts";
import type { Lookup } from "./environment.ts";
import type { Settings } from "./schema.ts";
import { readSettings } from "./settings.ts";
import type { ReadFile } from "./text_file.ts";
import { YamlFault } from "./yaml_text.ts";

export interface ParseOptions {
  /** What the text came from, for the messages. */
  readonly source: string;
  readonly lookup: Lookup;
  readonly readFile: ReadFile;
  /** Problems that are known before the text is read. */
  readonly issues?: readonly ConfigIssue[];
}

/**
 * @param isAsked Whether a problem with the settings themselves matters; all do unless given.
 * @throws {ConfigError} If the text is no YAML.
 */
export function readChecked(
  text: string,
  { source, lookup, readFile, issues = [] }: ParseOptions,
  isAsked: (issue: ConfigIssue) => boolean = () => true,
): { readonly settings: Settings; readonly checking: Checking } {
  const read = readSettings(text, lookup);
  if (read instanceof YamlFault) {
    throw new ConfigError(source, [...issues, ...read.issues]);
  }
  const checking = createChecking({
    ...read,
    issues: [...issues, ...read.issues.filter(isAsked)],
    readFile,
  });
  return { settings: read.settings, checking };
}

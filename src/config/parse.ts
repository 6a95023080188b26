/**
 * From the text of the configuration and the environment to a configuration, or
 * to every problem at once. Pure: files are read by a function that is handed in.
 */
import { assert } from "../base/assert.ts";
import { buildConfig } from "./build.ts";
import { createChecking } from "./checking.ts";
import type { Config, ConfigWarning } from "./config.ts";
import { ConfigError, type ConfigIssue } from "./config_error.ts";
import type { Lookup } from "./environment.ts";
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

export interface ParsedConfig {
  readonly config: Config;
  /** What an operator should be told, loudly. */
  readonly warnings: readonly ConfigWarning[];
}

/**
 * @throws {ConfigError} If a setting is missing, unknown or cannot be used.
 */
export function parseConfig(
  text: string,
  { source, lookup, readFile, issues = [] }: ParseOptions,
): ParsedConfig {
  const read = readSettings(text, lookup);
  if (read instanceof YamlFault) {
    throw new ConfigError(source, [...issues, ...read.issues]);
  }
  const checking = createChecking({
    ...read,
    issues: [...issues, ...read.issues],
    readFile,
  });
  const config = buildConfig(read.settings, checking);
  assert(
    config !== undefined || checking.issues.length > 0,
    "what is left out of the configuration has been reported",
  );
  if (config === undefined) throw new ConfigError(source, checking.issues);
  return { config, warnings: checking.warnings };
}

/**
 * From the text of the configuration and the environment to a configuration, or
 * to every problem at once. Pure: files are read by a function that is handed in.
 */
import { assert } from "../base/assert.ts";
import { buildConfig } from "./build.ts";
import { type ParseOptions, readChecked } from "./checked_settings.ts";
import type { Config, ConfigWarning } from "./config.ts";
import { ConfigError } from "./config_error.ts";

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
  options: ParseOptions,
): ParsedConfig {
  const { settings, checking } = readChecked(text, options);
  const config = buildConfig(settings, checking);
  const { issues, warnings } = checking;
  assert(
    config !== undefined || issues.length > 0,
    "what is left out of the configuration has been reported",
  );
  if (config === undefined) throw new ConfigError(options.source, issues);
  return { config, warnings };
}

/**
 * How to reach NATS and what to sign with, out of a configuration whose issuers
 * and rules do not matter: for a program that judges tokens itself. Pure but for
 * the files.
 */
import { isJsonObject, type Json } from "../base/json.ts";
import { buildService } from "./build_service.ts";
import { type ParseOptions, readChecked } from "./checked_settings.ts";
import type { ServiceConfig } from "./config.ts";
import { ConfigError } from "./config_error.ts";
import { isWithin } from "./path.ts";
import { SETTINGS_SCHEMA } from "./schema.ts";

const SECTIONS: readonly string[] = ["nats", "callout", "accounts"];

/** What is wrong there is not asked. */
const APART = Object.keys(SETTINGS_SCHEMA.shape)
  .filter((section) => !SECTIONS.includes(section));

/** What the sections of the service say, without the rest. */
export function serviceSections(tree: Json): Json {
  if (!isJsonObject(tree)) return {};
  return Object.fromEntries(
    Object.entries(tree).filter(([section]) => SECTIONS.includes(section)),
  );
}

/**
 * @throws {ConfigError} If a setting of these sections is missing, unknown or cannot be used.
 */
export function parseService(
  text: string,
  options: ParseOptions,
): ServiceConfig {
  const { settings, checking } = readChecked(
    text,
    options,
    ({ path }) => !APART.some((section) => isWithin(path, section)),
  );
  const service = buildService(settings, checking);
  if (service === undefined || checking.issues.length > 0) {
    throw new ConfigError(options.source, checking.issues);
  }
  return service;
}

/**
 * What decides about a login, out of a configuration whose NATS, accounts' keys
 * and monitoring need not be there: on the machine of somebody who wants to know
 * what a token is worth, and must not be able to sign it. Pure but for the files.
 */
import { buildRules } from "./build_rules.ts";
import { buildTokens } from "./build_tokens.ts";
import { type ParseOptions, readChecked } from "./checked_settings.ts";
import type { LoginConfig } from "./config.ts";
import { ConfigError, type ConfigIssue } from "./config_error.ts";
import { isWithin } from "./path.ts";

/** Sections that say how to reach NATS, and what to sign with; what else is in them. */
const APART = ["nats", "callout", "accounts", "monitoring", "log"];
const NOT_APART = [
  "callout.connection_types",
  "callout.bearer_token_bytes_max",
];

/**
 * @throws {ConfigError} If tokens could not be judged with it, or a rule is wrong.
 */
export function parseLogin(
  text: string,
  options: Omit<ParseOptions, "issues">,
): LoginConfig {
  const { settings, checking } = readChecked(text, options, isAboutLogins);
  const built = buildTokens(settings, checking);
  const decided = buildRules(settings, built, checking);
  if (decided === undefined || checking.issues.length > 0) {
    throw new ConfigError(options.source, checking.issues);
  }
  return {
    ...built.tokens,
    ...decided,
    callout: {
      connectionTypes: settings.callout.connection_types,
      bearerTokenBytesMax: settings.callout.bearer_token_bytes_max,
    },
  };
}

function isAboutLogins({ path }: ConfigIssue): boolean {
  return NOT_APART.some((setting) => isWithin(path, setting)) ||
    !APART.some((section) => isWithin(path, section));
}

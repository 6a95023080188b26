/**
 * The configuration that `dev` runs with: issuers and rules of this machine's, and
 * the NATS that it has started, which is put there by variables.
 */
import { ConfigError } from "../config/config_error.ts";
import {
  CONFIGURATION_VARIABLE,
  configurationFile,
  loadConfig,
  type LoadedConfig,
  type LoadOptions,
  OWN_VARIABLE_FILE,
  variablesNamed,
} from "../config/load.ts";
import type { Stack } from "../dev/stack.ts";

/** Variables about NATS and its keys: the stack has its own, whatever is set for another. */
const STACK_VARIABLE_REGEXP = /^(?:NATS|CALLOUT)_/;

/** The account may go by any name. */
const ACCOUNT_NAME_VARIABLE = "NATS_ACCOUNT";

/**
 * @throws {ConfigError} If it cannot be used, or is for one certain NATS: the
 * service must not answer there, and let in whoever has a token for development.
 */
export function readDevConfig(
  { environment }: Pick<Stack, "environment">,
): LoadedConfig {
  const options: LoadOptions = {
    path: configurationFile(),
    // Not what another stack has exported.
    variableFiles: [OWN_VARIABLE_FILE],
    environment: {
      // Set to nothing, so that .env is not asked either.
      get: (name) =>
        environment[name] ??
          (STACK_VARIABLE_REGEXP.test(name) ? "" : Deno.env.get(name)),
      delete: (name) => Deno.env.delete(name),
    },
  };
  const named = variablesNamed(options);
  const lacking = Object.keys(environment)
    .filter((name) => name !== ACCOUNT_NAME_VARIABLE && !named.has(name));
  if (lacking.length === 0) return loadConfig(options);
  throw new ConfigError(options.path, [{
    path: "nats, callout, accounts and development_issuer",
    problem: `have no place for the NATS that dev starts: ${
      lacking.map((name) => `\${${name}}`).join(", ")
    }`,
    remedy:
      "take these sections over from config/callout.yaml; what they are filled with here comes from variables elsewhere too",
  }]);
}

/**
 * What this NATS is configured with, for a shell that checks it: nobody else can
 * read it, and it goes when this ends.
 */
export async function writeVariables(
  { environment, server }: Pick<Stack, "environment" | "server">,
  names: readonly string[],
): Promise<string> {
  const masked = names.filter((name) => STACK_VARIABLE_REGEXP.test(name));
  const values = {
    ...Object.fromEntries(masked.map((name) => [name, ""])),
    ...environment,
    [CONFIGURATION_VARIABLE]: configurationFile(),
  };
  const lines = Object.entries(values).map(([name, value]) =>
    `export ${name}=${quoted(value)}\n`
  );
  const file = `${server.folder}/check.env`;
  await Deno.writeTextFile(file, lines.join(""), { mode: 0o600 });
  return file;
}

/** For a shell: one word, whatever it holds. */
export function quoted(text: string): string {
  return /^[\w./:@-]+$/.test(text)
    ? text
    : `'${text.replaceAll("'", "'\\''")}'`;
}

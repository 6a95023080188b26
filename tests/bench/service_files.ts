/**
 * The service under measurement as an operator sets it up: a configuration with
 * everything at its default that has one, some issuers, secrets in files.
 */
import {
  CONFIGURATION_VARIABLE,
  loadConfig,
  type LoadedConfig,
} from "../../src/config/load.ts";
import { listPermissionFlags } from "../../src/config/permissions.ts";
import type { Operator } from "../../src/dev/operator.ts";
import project from "../../deno.json" with { type: "json" };
import { AUDIENCE, type BenchIssuer } from "./bearer_tokens.ts";
import { denoRun, ROOT } from "./programs.ts";

/** Writes the files; returns the path of the configuration. */
export async function writeServiceFiles(
  { natsUrl, operator }: {
    readonly natsUrl: string;
    readonly operator: Operator;
  },
  folder: string,
  issuers: readonly BenchIssuer[],
  further: object = {},
): Promise<string> {
  for (const { label, privateJwk, publicJwk } of issuers) {
    const file = `${folder}/${label}`;
    if (publicJwk === undefined) await writeSecret(file, privateJwk.k ?? "");
    else await writeSecret(file, JSON.stringify({ keys: [publicJwk] }));
  }
  const { applicationAccount, calloutAccount } = operator;
  const secrets = {
    "callout.signing_key": calloutAccount.signingSeed,
    "callout.xkey": operator.calloutXkeySeed,
    "callout.creds": operator.calloutCreds,
    "account.signing_key": applicationAccount.signingSeed,
  };
  for (const [name, secret] of Object.entries(secrets)) {
    await writeSecret(`${folder}/${name}`, secret.reveal());
  }
  const settings = {
    nats: {
      servers: [natsUrl],
      creds_file: `${folder}/callout.creds`,
    },
    callout: {
      account: calloutAccount.publicKey,
      signing_key_file: `${folder}/callout.signing_key`,
      xkey_file: `${folder}/callout.xkey`,
    },
    accounts: [{
      name: applicationAccount.name,
      public_key: applicationAccount.publicKey,
      signing_key_file: `${folder}/account.signing_key`,
    }],
    issuers: issuers.map((issuer) => issuerSettings(issuer, folder)),
    monitoring: { listen: "127.0.0.1:0" },
    log: { format: "json" },
    ...further,
  };
  const file = `${folder}/callout.yaml`;
  // JSON is YAML.
  await Deno.writeTextFile(file, JSON.stringify(settings, null, 2));
  return file;
}

function issuerSettings(issuer: BenchIssuer, folder: string): object {
  return {
    issuer: issuer.issuer,
    label: issuer.label,
    audiences: [AUDIENCE],
    algorithms: [issuer.algorithm],
    ...keySettings(issuer, `${folder}/${issuer.label}`),
  };
}

function keySettings(
  { algorithm, jwksUrl, kid }: BenchIssuer,
  file: string,
): object {
  if (jwksUrl !== undefined) {
    return {
      "jwks_url": jwksUrl,
      // Fetched as often as can be configured.
      remote: {
        "allow_loopback_http": true,
        "unknown_key_cooldown_seconds": 1,
      },
    };
  }
  return algorithm === "HS256"
    ? {
      "shared_secrets": [{ kid, "secret_file": file, encoding: "base64url" }],
    }
    : { "jwks_file": file };
}

export function writeSecret(file: string, text: string): Promise<void> {
  return Deno.writeTextFile(file, text, { mode: 0o600 });
}

const START_COMMAND = project.tasks.start.command;

/** What `deno task start` says about memory, in its own words. */
export function memoryFlags(): readonly string[] {
  return START_COMMAND.match(/--v8-flags=\S+|--no-code-cache/g) ?? [];
}

export function memoryVariables(): Record<string, string> {
  const assignments = START_COMMAND.match(/\bMALLOC_\w+=\S+/g) ?? [];
  return Object.fromEntries(assignments.map((each) => each.split("=")));
}

/** How `deno task start` runs it, for that configuration. */
export function serviceCommand(
  file: string,
  preload: string | undefined,
): string[] {
  return [
    "env",
    `${CONFIGURATION_VARIABLE}=${file}`,
    ...Object.entries(memoryVariables()).map((each) => each.join("=")),
    ...denoRun(
      ...memoryFlags(),
      ...(preload === undefined ? [] : [`--preload=${preload}`]),
      ...listPermissionFlags(loadServiceConfig(file)),
    ),
    `${ROOT}main.ts`,
    "start",
  ];
}

/** The configuration as the service reads it, but for the environment. */
export function loadServiceConfig(path: string): LoadedConfig {
  return loadConfig({
    path,
    environment: { get: () => undefined, delete: () => {} },
  });
}

/**
 * Reads the configuration of this machine: the file, the environment and the
 * files of variables beside it, the seeds and key sets that they name.
 */
import { parse as parseVariables } from "@std/dotenv";
import { isAbsolute, join } from "node:path";
import type { Json } from "../base/json.ts";
import type { LoginConfig, ServiceConfig } from "./config.ts";
import { ConfigError, type ConfigIssue } from "./config_error.ts";
import {
  listVariables,
  type Lookup,
  type NamedVariables,
} from "./environment.ts";
import { parseConfig, type ParsedConfig } from "./parse.ts";
import { parseLogin } from "./parse_login.ts";
import { type ParsedRules, parseRules } from "./parse_rules.ts";
import { parseService, serviceSections } from "./parse_service.ts";
import { readSettings } from "./settings.ts";
import { FileFault, type FileRequest, readTextFile } from "./text_file.ts";
import { CONFIG_CHARS_MAX, readYaml, YamlFault } from "./yaml_text.ts";

/** What is used of the process environment; `Deno.env` is one. */
export interface ProcessEnvironment {
  get(name: string): string | undefined;
  delete(name: string): void;
}

export interface LoadOptions {
  /** The configuration file. */
  readonly path: string;
  readonly environment: ProcessEnvironment;
  /** Where relative paths start; the working directory unless given. */
  readonly directory?: string;
  /** Files of variables; those of the compose stack too, unless given. */
  readonly variableFiles?: readonly string[];
}

export interface LoadedConfig extends ParsedConfig {
  /** Every file that was looked for. */
  readonly files: readonly string[];
  /** Every environment variable that the configuration names. */
  readonly variables: readonly string[];
}

export const OWN_VARIABLE_FILE = ".env";

/**
 * Files of variables. The first that sets one counts; the process environment
 * goes before all of them. The compose stack writes those below fs/.
 */
const VARIABLE_FILES: readonly string[] = [
  OWN_VARIABLE_FILE,
  "fs/nats-export/secrets/.env.account",
  "fs/nats-export/secrets/.env.callout",
];

/** Names the configuration file: `start` and what prepares it read the same one. */
export const CONFIGURATION_VARIABLE = "CALLOUT_CONFIG";

/** The configuration file of this machine. */
export function configurationFile(): string {
  return Deno.env.get(CONFIGURATION_VARIABLE) || "config/callout.yaml";
}

/** The configuration of this machine, filled from the environment of this process. */
export function ownConfiguration(): LoadOptions {
  return { path: configurationFile(), environment: Deno.env };
}

const VARIABLES_BYTES_MAX = 64 * 1024;

/** UTF-8 needs three bytes for a UTF-16 unit at most. */
const CONFIG_BYTES_MAX = 3 * CONFIG_CHARS_MAX;

/**
 * @throws {ConfigError} If a setting is missing, unknown or cannot be used.
 */
export function loadConfig(options: LoadOptions): LoadedConfig {
  const { path: source, environment } = options;
  const { files, variables, ...sources } = readSources(options);
  const { text } = sources;
  const parsed = parseConfig(text, { source, ...sources });
  forgetSecrets(variables, environment);
  return { ...parsed, files: [...files], variables: [...variables.all].sort() };
}

/**
 * How to reach NATS and what to sign with, for a program that judges tokens
 * itself: what is said of issuers and rules does not matter, and their secrets
 * stay where they are.
 *
 * @throws {ConfigError} If a setting is missing, unknown or cannot be used.
 */
export function loadService(options: LoadOptions): ServiceConfig {
  const { path: source, environment } = options;
  const { tree, ...sources } = readSources(options);
  const service = parseService(sources.text, { source, ...sources });
  forgetSecrets(listVariables(serviceSections(tree)), environment);
  return service;
}

/** Read once: what is started later, or dumps the environment, does not see them. */
function forgetSecrets(
  { secret }: NamedVariables,
  environment: ProcessEnvironment,
): void {
  for (const name of secret) environment.delete(name);
}

/**
 * What decides about a login, for a command that judges a token and signs
 * nothing: NATS and the keys need not be there.
 *
 * @throws {ConfigError} If tokens could not be judged with it, or a rule is wrong.
 */
export function loadLogin(options: LoadOptions): LoginConfig {
  const { lookup, readFile, text } = readSources(options);
  return parseLogin(text, { source: options.path, lookup, readFile });
}

/**
 * The rules alone, for commands that need no keys: what else is missing or wrong
 * does not matter.
 *
 * @throws {ConfigError} If a rule is wrong.
 */
export function loadRules(options: LoadOptions): ParsedRules {
  const { lookup, text } = readSources(options);
  return parseRules(text, { source: options.path, lookup });
}

/**
 * Where the API tokens are, for the command that changes them: what else is
 * missing or wrong does not matter. Undefined if there are none.
 *
 * @throws {ConfigError} If the configuration cannot be read.
 */
export function apiTokensFile(options: LoadOptions): string | undefined {
  const { lookup, text } = readSources(options);
  const read = readSettings(text, lookup);
  if (read instanceof YamlFault) {
    throw new ConfigError(options.path, read.issues);
  }
  const { file } = read.settings.api_tokens;
  return file === undefined ? undefined : resolve(file, options.directory);
}

/**
 * The environment variables that the configuration names, right or wrong as it
 * may be.
 *
 * @throws {ConfigError} If the configuration cannot be read.
 */
export function variablesNamed(options: LoadOptions): ReadonlySet<string> {
  return readSources(options).variables.all;
}

interface Sources extends Variables {
  readonly text: string;
  /** What the text says, before it is filled. */
  readonly tree: Json;
  readonly variables: NamedVariables;
  readonly readFile: (request: FileRequest) => string | FileFault;
  /** Grows with what is read. */
  readonly files: ReadonlySet<string>;
}

function readSources(options: LoadOptions): Sources {
  const { path: source, environment } = options;
  const files = new Set<string>();

  function readFile(request: FileRequest): string | FileFault {
    const path = resolve(request.path, options.directory);
    files.add(path);
    return readTextFile({ ...request, path });
  }

  const text = readFile({
    path: source,
    secret: false,
    bytesMax: CONFIG_BYTES_MAX,
  });
  if (text instanceof FileFault) {
    throw new ConfigError(source, [toIssue(source, text)]);
  }
  const tree = readYaml(text);
  if (tree instanceof YamlFault) throw new ConfigError(source, tree.issues);
  const variables = listVariables(tree);
  const { variableFiles = VARIABLE_FILES } = options;
  const read = readVariables(variables, environment, {
    files: variableFiles,
    readFile,
  });
  return { ...read, text, tree, variables, readFile, files };
}

interface Variables {
  readonly lookup: Lookup;
  readonly issues: readonly ConfigIssue[];
}

function readVariables(
  { secret }: NamedVariables,
  environment: ProcessEnvironment,
  { files, readFile }: {
    readonly files: readonly string[];
    readonly readFile: (request: FileRequest) => string | FileFault;
  },
): Variables {
  const issues: ConfigIssue[] = [];
  const sets: ReadonlyMap<string, string>[] = [];
  for (const path of files) {
    const text = readFile({
      path,
      secret: false,
      bytesMax: VARIABLES_BYTES_MAX,
    });
    if (text instanceof FileFault) {
      // None of them has to be there, nor to set anything.
      if (text.kind === "unusable") issues.push(toIssue(path, text));
      continue;
    }
    const set = new Map(Object.entries(parseVariables(text)));
    sets.push(set);
    if (![...secret].some((name) => (set.get(name) ?? "") !== "")) continue;
    const fault = readFile({
      path,
      secret: true,
      bytesMax: VARIABLES_BYTES_MAX,
    });
    if (fault instanceof FileFault) issues.push(toIssue(path, fault));
  }
  return {
    issues,
    lookup: (name) => {
      const value = environment.get(name);
      if (value !== undefined) return value;
      return sets.find((set) => set.has(name))?.get(name);
    },
  };
}

function toIssue(path: string, { problem, remedy }: FileFault): ConfigIssue {
  return { path, problem, remedy };
}

function resolve(path: string, directory: string | undefined): string {
  return directory === undefined || isAbsolute(path)
    ? path
    : join(directory, path);
}

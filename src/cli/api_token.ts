/**
 * `api-token`: makes, lists and disables the API tokens that the service accepts.
 */
import { parseArgs } from "node:util";
import { parseDuration } from "../base/duration.ts";
import { SUB_BYTES_MAX, TOKEN_LIFETIME_SECONDS_MAX } from "../base/limits.ts";
import { systemClock, toEpochSeconds } from "../base/time.ts";
import { apiTokensFile, ownConfiguration } from "../config/load.ts";
import { createApiToken } from "../identity/api_token.ts";
import type { ApiTokenEntry } from "../identity/api_token_file.ts";
import {
  ApiTokenFileError,
  changeEntries,
  readEntries,
} from "./api_token_file.ts";
import { parseClaims } from "./claim_arguments.ts";
import { formatTime } from "./printable.ts";
import { EXIT_FAILED, EXIT_OK, print, printError } from "./terminal.ts";
import { UsageError, withUsage } from "./usage.ts";

const USAGE =
  `Makes, lists and disables API tokens: long-lived tokens for programs.

Usage: deno task api-token add --sub SUB [--ttl 90d] [--claim NAME=VALUE] [options]
       deno task api-token list [options]
       deno task api-token disable ID [options]

  --sub SUB           who the token stands for
  --ttl TIME          how long it is valid: 1h, 90d; 365d unless given
  --claim NAME=VALUE  what rules can ask for; VALUE is JSON if it can be, else text.
                      May be repeated
  --description TEXT  for people
  --file FILE         the file; api_tokens.file of the configuration unless given
  --help              this text

The token is printed once, alone on standard output; the file has only its hash. A
running service sees a change after api_tokens.reload_seconds.`;

interface Options {
  readonly sub?: string | undefined;
  readonly ttl: string;
  readonly claim: readonly string[];
  readonly description?: string | undefined;
  readonly file?: string | undefined;
}

export async function run(args: readonly string[]): Promise<number> {
  return await withUsage(USAGE, args, async () => {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: {
        sub: { type: "string" },
        ttl: { type: "string", default: "365d" },
        claim: { type: "string", multiple: true, default: [] },
        description: { type: "string" },
        file: { type: "string" },
      },
      allowPositionals: true,
    });
    try {
      return await act(positionals, values);
    } catch (error) {
      if (!(error instanceof ApiTokenFileError)) throw error;
      printError(error.message);
      return EXIT_FAILED;
    }
  });
}

async function act(
  [action, id, ...more]: readonly string[],
  options: Options,
): Promise<number> {
  if (more.length > 0) throw new UsageError("There is an argument too many");
  switch (action) {
    case "add":
      if (id !== undefined) {
        throw new UsageError("Whose token? Name one with --sub");
      }
      return await add(fileOf(options), options);
    case "list":
      return await list(fileOf(options));
    case "disable":
      if (id === undefined) {
        throw new UsageError("Which token? `list` shows the ids");
      }
      return await disable(fileOf(options), id);
    default:
      throw new UsageError("Say add, list or disable");
  }
}

function fileOf({ file }: Options): string {
  const named = file ??
    apiTokensFile(ownConfiguration());
  if (named !== undefined) return named;
  throw new UsageError(
    "Which file? Set api_tokens.file in the configuration, or give --file",
  );
}

async function add(file: string, options: Options): Promise<number> {
  const { sub, description } = options;
  if (sub === undefined || sub === "") {
    throw new UsageError("Whose token? Name one with --sub");
  }
  if (new TextEncoder().encode(sub).length > SUB_BYTES_MAX) {
    throw new UsageError(`--sub has more than ${SUB_BYTES_MAX} bytes`);
  }
  const seconds = parseDuration(options.ttl);
  if (seconds === undefined || seconds > TOKEN_LIFETIME_SECONDS_MAX) {
    throw new UsageError("--ttl must be like 12h or 90d, ten years at most");
  }
  const claims = parseClaims(options.claim);
  const now = toEpochSeconds(systemClock());
  const { id, token, digest } = createApiToken();
  const entry: ApiTokenEntry = {
    id,
    "sha256": digest,
    sub,
    "created_at": formatTime(now),
    "expires_at": formatTime(now + seconds),
    ...(Object.keys(claims).length === 0 ? {} : { claims }),
    ...(description === undefined ? {} : { description }),
  };
  await changeEntries(file, (entries) => [...entries, entry]);
  printError(
    `${id} for ${
      JSON.stringify(sub)
    } is in ${file}, until ${entry.expires_at}. The token, shown once:`,
  );
  print(token.reveal());
  return EXIT_OK;
}

async function list(file: string): Promise<number> {
  const now = systemClock();
  const entries = await readEntries(file);
  if (entries.length === 0) printError(`There is no token in ${file} yet.`);
  for (const entry of entries) {
    const state = entry.disabled === true
      ? "disabled"
      : Date.parse(entry.expires_at) <= now
      ? "expired"
      : "good";
    const { id, sub, description } = entry;
    const words = [sub, ...(description === undefined ? [] : [description])];
    print(
      [
        id,
        state.padEnd(8),
        entry.expires_at,
        ...words.map(quote),
      ].join("  "),
    );
  }
  return EXIT_OK;
}

/** In quotes, and without a character that could move the cursor or hide another. */
function quote(text: string): string {
  return JSON.stringify(text).replaceAll(
    /[\p{C}\u2028\u2029]/gu,
    (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`,
  );
}

async function disable(file: string, id: string): Promise<number> {
  await changeEntries(file, (entries) => {
    if (!entries.some((entry) => entry.id === id)) {
      throw new ApiTokenFileError(`There is no token with that id in ${file}`);
    }
    return entries.map((entry) =>
      entry.id === id ? { ...entry, "disabled": true } : entry
    );
  });
  printError(`${id} is disabled.`);
  return EXIT_OK;
}

/**
 * `token`: a bearer token of the development issuer, on standard output and
 * nothing else there, so that it can stand in `$(…)`.
 */
import { parseArgs } from "node:util";
import { formatDuration, parseDuration } from "../base/duration.ts";
import { DEVELOPMENT_LIFETIME } from "../config/build_issuers.ts";
import {
  createTokenIssuer,
  DEVELOPMENT_AUDIENCE,
  openTokenIssuer,
  TokenIssuerError,
} from "../dev/token_issuer.ts";
import { parseClaims } from "./claim_arguments.ts";
import { EXIT_FAILED, EXIT_OK, print, printError } from "./terminal.ts";
import { UsageError, withUsage } from "./usage.ts";

const DEV_ISSUER_FOLDER = ".dev/issuer";

/** Where the development issuer's key is. */
export function developmentIssuerFolder(): string {
  return Deno.env.get("DEV_ISSUER_DIR") || DEV_ISSUER_FOLDER;
}

const TTL_MAX = formatDuration(DEVELOPMENT_LIFETIME.lifetimeSecondsMax);

const USAGE = `Prints a bearer token of the development issuer.

Usage: deno task token --sub SUB [options]

  --sub SUB          who it is for
  --ttl TIME         how long it is valid: 90s, 15m, 1h, ${TTL_MAX} at most; 1h unless given.
                     The service takes it for 30 s more, as clocks differ
  --claim NAME=VALUE a further claim; VALUE is JSON if it can be, else text. May be repeated
  --audience AUD     who it is meant for, ${DEVELOPMENT_AUDIENCE} unless given
  --init             create the issuer's key if there is none yet
  --help             this text

The issuer's key is in ${DEV_ISSUER_FOLDER}, or in the folder that $DEV_ISSUER_DIR names.
The service accepts its tokens in development only.`;

export async function run(args: readonly string[]): Promise<number> {
  return await withUsage(USAGE, args, () => mint(args));
}

async function mint(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      sub: { type: "string" },
      ttl: { type: "string", default: "1h" },
      claim: { type: "string", multiple: true, default: [] },
      audience: { type: "string", default: DEVELOPMENT_AUDIENCE },
      init: { type: "boolean", default: false },
    },
  });
  if (values.sub === undefined || values.sub === "") {
    throw new UsageError("Whose token? Name one with --sub, as in --sub alice");
  }
  const options = {
    sub: values.sub,
    ttlSeconds: readTtl(values.ttl),
    audience: values.audience,
    claims: parseClaims(values.claim),
  };
  try {
    const open = values.init ? createTokenIssuer : openTokenIssuer;
    const issuer = await open(developmentIssuerFolder());
    print((await issuer.mint(options)).reveal());
    return EXIT_OK;
  } catch (error) {
    if (!(error instanceof TokenIssuerError)) throw error;
    printError(error.message);
    return EXIT_FAILED;
  }
}

function readTtl(text: string): number {
  const seconds = parseDuration(text);
  if (seconds === undefined) {
    throw new UsageError(
      "--ttl must be a number with a unit, as in 90s, 15m, 1h or 1d",
    );
  }
  if (seconds > DEVELOPMENT_LIFETIME.lifetimeSecondsMax) {
    throw new UsageError(
      `--ttl must be ${TTL_MAX} at most: the service refuses what is valid for longer`,
    );
  }
  return seconds;
}

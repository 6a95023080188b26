/**
 * Claims that are given to a command, as `--claim NAME=VALUE`.
 */
import type { Json, JsonObject } from "../base/json.ts";
import { UsageError } from "./usage.ts";

/** What the issuer itself sets. */
const OWN_CLAIMS = ["iss", "sub", "aud", "exp", "iat", "jti"];

/** Reads `NAME=VALUE`, each VALUE JSON if it can be and text otherwise. */
export function parseClaims(texts: readonly string[]): JsonObject {
  const claims = texts.map((text): [string, Json] => {
    const [name = "", ...rest] = text.split("=");
    if (name === "" || rest.length === 0) {
      throw new UsageError(
        "--claim must be NAME=VALUE, as in --claim team=red",
      );
    }
    if (OWN_CLAIMS.includes(name)) {
      throw new UsageError(`--claim cannot set ${name}: the issuer does`);
    }
    return [name, parseValue(rest.join("="))];
  });
  return Object.fromEntries(claims);
}

function parseValue(text: string): Json {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/**
 * From the settings of `api_tokens:` to their options.
 */
import { API_TOKENS_FILE_BYTES_MAX } from "../base/limits.ts";
import {
  ApiTokenFileFault,
  parseApiTokenFile,
} from "../identity/api_token_file.ts";
import type { ApiTokensOptions } from "../identity/api_tokens.ts";
import type { Checking } from "./checking.ts";
import type { ApiTokensSettings } from "./schema.ts";

/** The file is read here to see that it can be used; the service reads it again by itself. */
export function buildApiTokens(
  settings: ApiTokensSettings,
  checking: Checking,
): ApiTokensOptions | undefined {
  const { file, issuer, reload_seconds: reloadSeconds } = settings;
  if (file === undefined) return undefined;
  const text = checking.readFileIfThere("api_tokens.file", {
    path: file,
    secret: true,
    bytesMax: API_TOKENS_FILE_BYTES_MAX,
  });
  if (text === undefined) {
    checking.report(
      "api_tokens.file",
      `names ${file}, which does not exist`,
      "see whether the path is right, or make it with its first token: deno task api-token add --sub sensor-17",
    );
    return undefined;
  }
  const records = parseApiTokenFile(text);
  if (records instanceof ApiTokenFileFault) {
    checking.report(
      "api_tokens.file",
      `names a file that ${records.problem}`,
      "see what it was before; `deno task api-token list` shows what can be read",
    );
    return undefined;
  }
  return { file, issuer, reloadSeconds };
}

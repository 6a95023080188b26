/**
 * From the settings of `webhook:` and `api_tokens:` to their options.
 */
import type { KeyObject } from "node:crypto";
import { API_TOKENS_FILE_BYTES_MAX } from "../base/limits.ts";
import { Secret } from "../base/secret.ts";
import {
  ApiTokenFileFault,
  parseApiTokenFile,
} from "../identity/api_token_file.ts";
import type { ApiTokensOptions } from "../identity/api_tokens.ts";
import type { AuthenticatorOptions } from "../identity/authenticator_options.ts";
import type { ClientCertificate } from "../identity/http_endpoint.ts";
import { parseWebhookSecret } from "../identity/webhook_signature.ts";
import {
  buildAsking,
  parseSecret,
  readSecret,
  readSecretFile,
  readUrl,
} from "./build_asked.ts";
import { buildChoice } from "./build_introspection.ts";
import { buildRequiredClaims } from "./build_required_claims.ts";
import { readCertificates } from "./certificates.ts";
import type { Checking } from "./checking.ts";
import type { ApiTokensSettings, WebhookSettings } from "./schema.ts";

type Options = NonNullable<AuthenticatorOptions["webhooks"]>[number];

const PATH = "webhook";

/** Undefined if there is none, or if it lacks something, which has been reported. */
export function buildWebhook(
  settings: WebhookSettings,
  checking: Checking,
): Options | undefined {
  if (settings.url === undefined) return undefined;
  const url = readUrl(settings.url, `${PATH}.url`, checking);
  const secrets = settings.secrets.map((secret, index) =>
    readWebhookSecret(secret, `${PATH}.secrets[${index}]`, checking)
  ).filter((secret) => secret !== undefined);
  const clientCertificate = readClientCertificate(settings.tls, checking);
  const asking = buildAsking(settings, PATH, checking);
  if (url === undefined || secrets.length < settings.secrets.length) {
    return undefined;
  }
  return {
    url,
    issuer: settings.issuer,
    secrets,
    ...(clientCertificate === undefined ? {} : { clientCertificate }),
    ...asking,
    ...buildChoice(settings),
    characters: settings.characters,
    ...buildRequiredClaims(settings.required_claims, PATH, checking),
    clockToleranceSeconds: settings.clock_tolerance_seconds,
    lifetimeSecondsMax: settings.lifetime_seconds_max,
  };
}

function readWebhookSecret(
  settings: WebhookSettings["secrets"][number],
  path: string,
  checking: Checking,
): KeyObject | undefined {
  const secret = readSecret(settings, path, checking);
  if (secret === undefined) return undefined;
  return parseSecret(
    () => parseWebhookSecret(secret),
    settings.secret === undefined ? `${path}.secret_file` : `${path}.secret`,
    'make one with: echo "whsec_$(openssl rand -base64 32)"; and give it to the backend too',
    checking,
  );
}

function readClientCertificate(
  { cert_file: certFile, key_file: keyFile }: WebhookSettings["tls"],
  checking: Checking,
): ClientCertificate | undefined {
  if (certFile === undefined && keyFile === undefined) return undefined;
  if (certFile === undefined || keyFile === undefined) {
    checking.report(
      certFile === undefined ? `${PATH}.tls.cert_file` : `${PATH}.tls.key_file`,
      "is missing: certificate and key come together",
      "name both files, or neither",
    );
    return undefined;
  }
  const certificate = readCertificates(
    certFile,
    `${PATH}.tls.cert_file`,
    checking,
  );
  const key = readSecretFile(keyFile, `${PATH}.tls.key_file`, checking);
  if (certificate === undefined || key === undefined) return undefined;
  return { certificate, key: new Secret(key) };
}

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

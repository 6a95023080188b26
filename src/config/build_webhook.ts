/**
 * From the settings of `webhook:` to its options.
 */
import type { KeyObject } from "node:crypto";
import { Secret } from "../base/secret.ts";
import type { AuthenticatorOptions } from "../identity/authenticator_options.ts";
import type { ClientCertificate } from "../identity/http_endpoint.ts";
import { parseWebhookSecret } from "../identity/webhook_signature.ts";
import { buildAsking, buildChoice, readUrl } from "./build_asked.ts";
import { buildRequiredClaims } from "./build_required_claims.ts";
import { readCertificates } from "./certificates.ts";
import type { Checking } from "./checking.ts";
import type { WebhookSettings } from "./schema.ts";
import {
  parseSecret,
  readSecret,
  readSecretFile,
  secretPath,
} from "./secrets.ts";

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
    secretPath(settings, path),
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

/**
 * Signs what is sent to a webhook, so that the backend knows who asks: HMAC-SHA256
 * over id, time and body, in the headers of Standard Webhooks, for which there are
 * libraries in most languages.
 *
 * @see https://github.com/standard-webhooks/standard-webhooks, "Signature scheme"
 */
import { Buffer } from "node:buffer";
import { createHmac, createSecretKey, randomUUID } from "node:crypto";
import type { KeyObject } from "node:crypto";
import type { Secret } from "../base/secret.ts";
import { toEpochSeconds } from "../base/time.ts";
import type { EpochMs } from "../base/time.ts";

/** The current secret and, while it is being replaced, the one before. */
export type WebhookSecrets = readonly KeyObject[];

export const WEBHOOK_SECRETS_MAX = 2;

const SECRET_REGEXP = /^whsec_([A-Za-z0-9+/]+={0,2})$/;
const SECRET_BYTES_MIN = 24;
const SECRET_BYTES_MAX = 64;

/**
 * Reads a secret: `whsec_` and base64 of 24 to 64 bytes. One line break at the end
 * is not part of it.
 *
 * @throws {SyntaxError} If it is of another form.
 */
export function parseWebhookSecret(text: Secret): KeyObject {
  const [, base64] = SECRET_REGEXP.exec(text.reveal().replace(/\r?\n$/, "")) ??
    [];
  const bytes = Buffer.from(base64 ?? "", "base64");
  if (bytes.length < SECRET_BYTES_MIN || bytes.length > SECRET_BYTES_MAX) {
    throw new SyntaxError(
      `Cannot use webhook secret: it is not whsec_ and base64 of ${SECRET_BYTES_MIN} to ${SECRET_BYTES_MAX} bytes`,
    );
  }
  return createSecretKey(bytes);
}

/** What is sent. */
export interface WebhookMessage {
  /** The same for both tries of a question; the time is each one's own. */
  readonly id: string;
  readonly body: string;
}

export function createWebhookId(): string {
  return `msg_${randomUUID()}`;
}

/** The headers that prove that the body is ours and of now. None without a secret. */
export function signWebhook(
  { id, body }: WebhookMessage,
  secrets: WebhookSecrets,
  now: EpochMs,
): Readonly<Record<string, string>> {
  if (secrets.length === 0) return {};
  const timestamp = String(toEpochSeconds(now));
  const signatures = secrets.map((secret) => {
    const hmac = createHmac("sha256", secret);
    return `v1,${hmac.update(`${id}.${timestamp}.${body}`).digest("base64")}`;
  });
  return {
    "webhook-id": id,
    "webhook-timestamp": timestamp,
    "webhook-signature": signatures.join(" "),
  };
}

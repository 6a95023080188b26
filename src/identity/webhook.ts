/**
 * Tokens that a backend of one's own judges: it is sent the token and how the
 * client is connected, and says who that is, or that it is nobody.
 *
 * @see docs/webhook.openapi.yaml
 */
import type { Rejected } from "../base/outcome.ts";
import type { Secret } from "../base/secret.ts";
import { AskedEndpoint } from "./asked_endpoint.ts";
import type { AskingOptions } from "./asked_endpoint.ts";
import type {
  Authenticator,
  AuthenticatorDependencies,
  ClientConnection,
} from "./authenticate.ts";
import { EndpointFault } from "./endpoint_fault.ts";
import { readJsonAnswer } from "./http_endpoint.ts";
import { checkOpaqueToken } from "./opaque_token.ts";
import type { TokenCharacters } from "./opaque_token.ts";
import type { Vouched } from "./token_memory.ts";
import { judgeWebhookAnswer, readWebhookAnswer } from "./webhook_answer.ts";
import type { WebhookAcceptance, WebhookRules } from "./webhook_answer.ts";
import { createWebhookId, signWebhook } from "./webhook_signature.ts";
import type { WebhookSecrets } from "./webhook_signature.ts";

/** A backend of one's own that judges tokens. */
export interface WebhookOptions extends WebhookRules, AskingOptions {
  readonly url: URL;
  /** What the body is signed with. Without any, a client certificate says who asks. */
  readonly secrets: WebhookSecrets;
  /** `visible` unless given. */
  readonly characters?: TokenCharacters;
}

interface WebhookQuestion {
  readonly id: string;
  readonly bearerToken: Secret;
  readonly connection: ClientConnection;
}

/** Of the identities, unless the configuration says otherwise. */
export const WEBHOOK_ISSUER = "urn:nats-auth-callout:webhook";

export function createWebhook(
  options: WebhookOptions,
  dependencies: AuthenticatorDependencies,
): Authenticator {
  const { issuer, characters = "visible", url } = options;
  const endpoint = new AskedEndpoint<WebhookAcceptance>({
    issuer,
    credential: "webhook",
    dependency: "webhook",
    asking: options,
  }, dependencies);

  async function ask(
    { id, bearerToken, connection }: WebhookQuestion,
    signal: AbortSignal,
  ): Promise<Vouched<WebhookAcceptance> | Rejected | EndpointFault> {
    const body = JSON.stringify({
      "token": bearerToken.reveal(),
      "connection": { "host": connection.host, "type": connection.type },
    });
    const answer = await endpoint.http.ask({
      url,
      method: "POST",
      headers: {
        "content-type": "application/json",
        ...signWebhook({ id, body }, options.secrets, dependencies.clock()),
      },
      body,
      statuses: [200],
    }, signal);
    if (answer instanceof EndpointFault) return answer;
    const content = readJsonAnswer(answer);
    return content instanceof EndpointFault
      ? content
      : readWebhookAnswer(content, answer.text.length);
  }

  return endpoint.authenticator((bearerToken, context) => {
    const { connection } = context;
    let id: string | undefined;
    return checkOpaqueToken(bearerToken.reveal(), characters) ??
      endpoint.tokens.decide({
        bearerToken,
        // The backend may decide by them: an answer for one host is none for another.
        facts: [connection.host, connection.type],
        ask: (signal) => {
          id ??= createWebhookId();
          return ask({ id, bearerToken, connection }, signal);
        },
        judge: (answer, now) => judgeWebhookAnswer(answer, options, now),
      }, context);
  });
}

/**
 * Where the bearer token is. Precedence is fixed and the same for every client:
 * `auth_token`, else `pass`. MQTT sends one password that arrives as both; when
 * the two differ, the request is refused rather than guessed about.
 *
 * Nothing is stripped from the token: a client that sends "Bearer …" is refused
 * by its form.
 *
 * @see nats-server `auth_callout.go` fillConnectOpts, `mqtt.go`, `leafnode.go`
 */
import { type Rejected, rejected } from "../base/outcome.ts";
import type { Secret } from "../base/secret.ts";
import type { ClientCredentials } from "./request_claims.ts";

export function findBearerToken(
  { authToken, password }: ClientCredentials,
  bytesMax: number,
): Secret | Rejected {
  const bearerToken = authToken ?? password;
  if (bearerToken === undefined) {
    return rejected("bearer_token_missing", "The client sent no token");
  }
  const text = bearerToken.reveal();
  if (password !== undefined && password.reveal() !== text) {
    return rejected(
      "bearer_token_ambiguous",
      "The client sent a token and another password",
    );
  }
  // Characters are bytes here: whatever is not ASCII is refused by its form next.
  if (text.length > bytesMax) {
    return rejected(
      "bearer_token_too_large",
      `${text.length} bytes, of which ${bytesMax} are allowed`,
    );
  }
  return bearerToken;
}

/**
 * Opaque tokens whose issuer is asked about each: OAuth 2.0 Token Introspection.
 *
 * @see RFC 7662
 */
import { member } from "../base/json.ts";
import type { JsonObject } from "../base/json.ts";
import { rejected } from "../base/outcome.ts";
import type { Rejected } from "../base/outcome.ts";
import type { Secret } from "../base/secret.ts";
import type { EpochMs } from "../base/time.ts";
import { AskedEndpoint } from "./asked_endpoint.ts";
import type { AskingOptions } from "./asked_endpoint.ts";
import type {
  Authenticator,
  AuthenticatorDependencies,
} from "./authenticate.ts";
import { proveClient } from "./client_authentication.ts";
import type { ClientAuthentication } from "./client_authentication.ts";
import { EndpointFault } from "./endpoint_fault.ts";
import { readJsonAnswer } from "./http_endpoint.ts";
import type { HttpEndpoint } from "./http_endpoint.ts";
import { completeAnswer, judgeAnswer } from "./introspection_answer.ts";
import type {
  IntrospectionAnswer,
  IntrospectionRules,
} from "./introspection_answer.ts";
import { locateEndpoint } from "./located_endpoint.ts";
import type { EndpointLocation } from "./located_endpoint.ts";
import { checkOpaqueToken } from "./opaque_token.ts";
import type { TokenCharacters } from "./opaque_token.ts";
import { vouch } from "./token_memory.ts";
import type { Vouched } from "./token_memory.ts";

/** An issuer that is asked about its tokens (RFC 7662). */
export interface IntrospectionOptions
  extends IntrospectionRules, AskingOptions {
  readonly endpoint: EndpointLocation;
  readonly client: ClientAuthentication;
  /** `b64token` unless given. */
  readonly characters?: TokenCharacters;
}

export function createIntrospection(
  options: IntrospectionOptions,
  dependencies: AuthenticatorDependencies,
): Authenticator {
  const { issuer, characters = "b64token" } = options;
  const endpoint = new AskedEndpoint<IntrospectionAnswer>({
    issuer,
    credential: "introspection",
    dependency: "introspection",
    asking: options,
  }, dependencies);
  const ask = createQuestioner(options, endpoint.http, dependencies);

  return endpoint.authenticator((bearerToken, context) =>
    checkOpaqueToken(bearerToken.reveal(), characters) ??
      endpoint.tokens.decide({
        bearerToken,
        facts: [],
        ask: (signal) => ask(bearerToken, signal),
        judge: (answer, now) => judgeAnswer(answer, options, now),
      }, context)
  );
}

type Ask = (
  bearerToken: Secret,
  signal: AbortSignal,
) => Promise<Vouched<IntrospectionAnswer> | Rejected | EndpointFault>;

function createQuestioner(
  options: IntrospectionOptions,
  http: HttpEndpoint,
  { clock, monotonic }: AuthenticatorDependencies,
): Ask {
  const { client, endpoint, allowLoopbackHttp = false } = options;
  const askLocated = locateEndpoint(
    {
      issuer: options.issuer,
      location: endpoint,
      member: "introspection_endpoint",
      allowLoopbackHttp,
    },
    http,
    monotonic,
  );

  return async function ask(
    bearerToken,
    signal,
  ): Promise<Vouched<IntrospectionAnswer> | Rejected | EndpointFault> {
    const proof = await proveClient(client, clock);
    const answer = await askLocated({
      method: "POST",
      headers: {
        ...proof.headers,
        "content-type": "application/x-www-form-urlencoded",
      },
      body: new URLSearchParams({
        "token": bearerToken.reveal(),
        "token_type_hint": "access_token",
        ...proof.parameters,
      }).toString(),
      statuses: [200],
    }, signal);
    if (answer instanceof EndpointFault) return answer;
    const content = readJsonAnswer(answer);
    if (content instanceof EndpointFault) return content;
    return readVerdict(content, answer.text.length, options, clock());
  };
}

/** Good only if it says so with the one value that means it; nothing else of a bad one is read. */
function readVerdict(
  content: JsonObject,
  chars: number,
  rules: IntrospectionRules,
  now: EpochMs,
): Vouched<IntrospectionAnswer> | Rejected | EndpointFault {
  const active = member(content, "active");
  if (active === false) {
    return rejected("bearer_token_inactive", "The issuer says it is inactive");
  }
  if (active !== true) {
    return new EndpointFault('the answer has no true or false in "active"', {
      questionOnly: true,
    });
  }
  return vouch(completeAnswer(content, rules, now), chars);
}

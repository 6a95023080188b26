/**
 * From the settings of `introspection:` to its options.
 */
import { parseClientKey } from "../identity/client_authentication.ts";
import type { ClientAuthentication } from "../identity/client_authentication.ts";
import type { AuthenticatorOptions } from "../identity/authenticator_options.ts";
import { Secret } from "../base/secret.ts";
import { buildAsking, buildChoice, buildLocation } from "./build_asked.ts";
import { buildRequiredClaims } from "./build_required_claims.ts";
import type { Checking } from "./checking.ts";
import type { IntrospectionSettings } from "./schema.ts";
import { parseSecret, readSecret, readSecretFile } from "./secrets.ts";

type Options = NonNullable<AuthenticatorOptions["introspection"]>[number];

/** Undefined if it lacks something, which has been reported. */
export function buildIntrospection(
  settings: IntrospectionSettings & { readonly issuer: string },
  path: string,
  checking: Checking,
): Options | undefined {
  const { issuer, origins, metadata_document: document } = settings;
  const endpoint = buildLocation(
    { endpoint: settings.endpoint, document, origins },
    `${path}.endpoint`,
    checking,
  );
  const client = buildClient(settings, `${path}.client`, checking);
  const asking = buildAsking(settings, path, checking);
  if (settings.any_audience) {
    checking.warn({
      code: "audience_unchecked",
      setting: `${path}.any_audience`,
      detail:
        "Every token that the issuer calls active gets in, whomever it was made for: required_scopes or client_ids can narrow it",
    });
  }
  if (endpoint === undefined || client === undefined) return undefined;
  const { client_ids: clientIds, required_scopes: requiredScopes } = settings;
  const { seconds_without_exp: secondsWithoutExp } = settings;
  return {
    issuer,
    endpoint,
    client,
    ...asking,
    ...buildChoice(settings),
    characters: settings.characters,
    audiences: settings.any_audience ? "any" : settings.audiences,
    ...(clientIds === undefined ? {} : { clientIds }),
    ...(requiredScopes === undefined ? {} : { requiredScopes }),
    ...buildRequiredClaims(settings.required_claims, path, checking),
    subMember: settings.sub_claim,
    ...(secondsWithoutExp === undefined ? {} : { secondsWithoutExp }),
    clockToleranceSeconds: settings.clock_tolerance_seconds,
    lifetimeSecondsMax: settings.lifetime_seconds_max,
  };
}

function buildClient(
  { client: settings, issuer }: IntrospectionSettings & {
    readonly issuer: string;
  },
  path: string,
  checking: Checking,
): ClientAuthentication | undefined {
  const { id: clientId, method } = settings;
  if (clientId === undefined) {
    checking.reportMissing(
      [`${path}.id`],
      "register this service at the authorization server, and set it to the id",
    );
  }
  if (method === "private_key_jwt") {
    const key = readKey(settings.key_file, `${path}.key_file`, checking);
    if (clientId === undefined || key === undefined) return undefined;
    const kid = settings.key_id ?? key.kid;
    return {
      method,
      clientId,
      key: key.key,
      algorithm: key.algorithm,
      ...(kid === undefined ? {} : { kid }),
      audience: settings.assertion_audience ?? issuer,
    };
  }
  const secret = readSecret(settings, path, checking);
  return clientId === undefined || secret === undefined
    ? undefined
    : { method, clientId, secret };
}

function readKey(
  file: string | undefined,
  path: string,
  checking: Checking,
): ReturnType<typeof parseClientKey> | undefined {
  if (file === undefined) {
    checking.reportMissing(
      [path],
      "name the file with the private key, whose public key the authorization server knows",
    );
    return undefined;
  }
  const text = readSecretFile(file, path, checking);
  if (text === undefined) return undefined;
  return parseSecret(
    () => parseClientKey(new Secret(text)),
    path,
    "make one with: openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256",
    checking,
  );
}

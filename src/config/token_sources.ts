/**
 * Whose tokens are accepted, as far as the settings alone say it: without keys,
 * secrets and files. For commands that make up logins.
 */
import type { CredentialKind } from "../base/identity.ts";
import type { ServiceAccountRules } from "../identity/service_account.ts";
import type { LifetimeRule } from "../identity/token_lifetime.ts";
import {
  DEVELOPMENT_ISSUER,
  DEVELOPMENT_LIFETIME_SECONDS_MAX,
} from "./build_issuers.ts";
import type { Settings } from "./schema.ts";

export interface TokenSource extends LifetimeRule, ServiceAccountRules {
  readonly issuer: string;
  readonly credential: CredentialKind;
}

export function listSources(settings: Settings): readonly TokenSource[] {
  const { api_tokens: apiTokens, development_issuer: development } = settings;
  return [
    ...settings.issuers.flatMap((each) =>
      toSource(
        each.shared_secrets.length > 0 ? "shared_secret" : "jwt",
        each,
      )
    ),
    ...(development.jwks_file === undefined ? [] : toSource("jwt", {
      issuer: DEVELOPMENT_ISSUER,
      "clock_tolerance_seconds": 30,
      "lifetime_seconds_max": DEVELOPMENT_LIFETIME_SECONDS_MAX,
    })),
    ...settings.introspection.flatMap((each) =>
      toSource("introspection", each)
    ),
    ...settings.kubernetes.flatMap((each) => toSource("kubernetes", each)),
    ...(settings.webhook.url === undefined
      ? []
      : toSource("webhook", settings.webhook)),
    // What ends these tokens stands in their file, and is exact.
    ...(apiTokens.file === undefined ? [] : toSource("api_token", {
      issuer: apiTokens.issuer,
      "clock_tolerance_seconds": 0,
      "lifetime_seconds_max": Infinity,
    })),
  ];
}

interface SourceSettings {
  readonly issuer?: string | undefined;
  readonly "clock_tolerance_seconds": number;
  readonly "lifetime_seconds_max": number;
  readonly namespaces?: readonly string[] | undefined;
}

/** None if it has no name: its variable is not set. */
function toSource(
  credential: CredentialKind,
  { issuer, namespaces, ...settings }: SourceSettings,
): readonly TokenSource[] {
  return issuer === undefined ? [] : [{
    issuer,
    credential,
    clockToleranceSeconds: settings.clock_tolerance_seconds,
    lifetimeSecondsMax: settings.lifetime_seconds_max,
    ...(namespaces === undefined ? {} : { namespaces }),
  }];
}

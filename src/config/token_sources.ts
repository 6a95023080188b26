/**
 * Whose tokens are accepted, as far as the settings alone say it: without keys,
 * secrets and files. All that it takes to tell issuers apart, and to make up
 * logins.
 */
import type { CredentialKind } from "../base/identity.ts";
import type { ServiceAccountRules } from "../identity/service_account.ts";
import type { LifetimeRule } from "../identity/token_lifetime.ts";
import type { NamedIssuer } from "../permissions/issuer_labels.ts";
import { DEVELOPMENT_ISSUER, DEVELOPMENT_LIFETIME } from "./build_issuers.ts";
import type { Settings } from "./schema.ts";

export interface TokenSource extends LifetimeRule, ServiceAccountRules {
  readonly issuer: string;
  readonly credential: CredentialKind;
}

/** A source, its issuer's label, and its section in the settings. */
export interface PlacedSource extends TokenSource, NamedIssuer {
  readonly path: string;
}

/** Keeps the users of the development issuer apart from those of real ones beside it. */
const DEVELOPMENT_LABEL = "development";

export function listSources(settings: Settings): readonly PlacedSource[] {
  const { api_tokens: apiTokens, development_issuer: development, webhook } =
    settings;
  const issuers = settings.issuers.flatMap((each, index) =>
    toSource(
      each.shared_secrets.length > 0 ? "shared_secret" : "jwt",
      `issuers[${index}]`,
      each,
    )
  );
  const others = [
    ...settings.introspection.flatMap((each, index) =>
      toSource("introspection", `introspection[${index}]`, each)
    ),
    ...settings.kubernetes.flatMap((each, index) =>
      toSource("kubernetes", `kubernetes[${index}]`, each)
    ),
    ...(webhook.url === undefined
      ? []
      : toSource("webhook", "webhook", webhook)),
    // What ends these tokens stands in their file, and is exact.
    ...(apiTokens.file === undefined
      ? []
      : toSource("api_token", "api_tokens", {
        ...apiTokens,
        "clock_tolerance_seconds": 0,
        "lifetime_seconds_max": Infinity,
      })),
  ];
  if (development.jwks_file === undefined) return [...issuers, ...others];
  const isAlone = issuers.length + others.length === 0;
  return [...issuers, {
    issuer: DEVELOPMENT_ISSUER,
    label: isAlone ? undefined : DEVELOPMENT_LABEL,
    credential: "jwt",
    path: "development_issuer",
    ...DEVELOPMENT_LIFETIME,
  }, ...others];
}

interface SourceSettings {
  readonly issuer?: string | undefined;
  readonly label?: string | undefined;
  readonly "clock_tolerance_seconds": number;
  readonly "lifetime_seconds_max": number;
  readonly namespaces?: readonly string[] | undefined;
}

/** None if it has no name: its variable is not set. */
function toSource(
  credential: CredentialKind,
  path: string,
  { issuer, label, namespaces, ...settings }: SourceSettings,
): readonly PlacedSource[] {
  return issuer === undefined ? [] : [{
    issuer,
    label,
    credential,
    path,
    clockToleranceSeconds: settings.clock_tolerance_seconds,
    lifetimeSecondsMax: settings.lifetime_seconds_max,
    ...(namespaces === undefined ? {} : { namespaces }),
  }];
}

/**
 * The issuers: what the settings say, with the keys that files hold, judged by
 * the same rules that the issuers are used with.
 */
import {
  isJwsAlgorithm,
  JWS_ALGORITHMS,
  type JwsAlgorithm,
} from "../identity/jws_algorithms.ts";
import type { JwtIssuerOptions } from "../identity/jwt_issuer_options.ts";
import { jwtIssuerProblems } from "../identity/jwt_issuer_problems.ts";
import { buildKeySource, readJwks } from "./build_keys.ts";
import type { Checking } from "./checking.ts";
import type { IssuerSettings, Settings } from "./schema.ts";
import { suggest } from "./suggestion.ts";

/** The issuer of `deno task token`. */
export const DEVELOPMENT_ISSUER = "urn:nats-auth-callout:development";

/** Keeps its users apart from those of real issuers beside it. */
const DEVELOPMENT_LABEL = "development";

const DEVELOPMENT_PATH = "development_issuer.jwks_file";

const ALGORITHMS_UNLESS_CONFIGURED: readonly JwsAlgorithm[] = [
  "RS256",
  "ES256",
  "EdDSA",
];

export interface BuiltIssuers {
  readonly issuers: readonly JwtIssuerOptions[];
  /** Label by issuer, for those that have one. */
  readonly labels: ReadonlyMap<string, string>;
}

interface Entry {
  /** Of its section in the settings. */
  readonly path: string;
  readonly options: JwtIssuerOptions;
  readonly label: string | undefined;
  /** Its keys could not be had, which has been reported. */
  readonly hasKeys: boolean;
}

export function buildIssuers(
  settings: Settings,
  checking: Checking,
): BuiltIssuers {
  const entries: Entry[] = [];
  settings.issuers.forEach((each, index) => {
    const { issuer } = each;
    if (issuer === undefined) return;
    entries.push(
      buildIssuer({ ...each, issuer }, `issuers[${index}]`, checking),
    );
  });
  const development = buildDevelopmentIssuer(
    settings,
    entries.length > 0,
    checking,
  );
  if (development !== undefined) entries.push(development);
  if (entries.length === 0) {
    checking.reportMissing(
      ["issuers", DEVELOPMENT_PATH],
      "set OIDC_ISSUER to the issuer of your tokens (and OIDC_JWKS_URL, if it publishes no metadata); for development only, DEV_ISSUER_JWKS_FILE",
    );
  }
  checkLabels(entries, checking);
  reportProblems(entries, checking);
  return {
    issuers: entries.map(({ options }) => options),
    labels: new Map(
      entries.flatMap(({ options, label }) =>
        label === undefined ? [] : [[options.issuer, label] as const]
      ),
    ),
  };
}

function buildIssuer(
  settings: IssuerSettings & { readonly issuer: string },
  path: string,
  checking: Checking,
): Entry {
  const keys = buildKeySource(settings, path, checking);
  const isShared = settings.shared_secrets.length > 0;
  const { typ, client_ids: clientIds, required_scopes: requiredScopes } =
    settings;
  const { scope_claim: scopeClaim } = settings;
  return {
    path,
    label: settings.label,
    hasKeys: keys !== undefined,
    options: {
      issuer: settings.issuer,
      audiences: settings.audiences,
      algorithms: readAlgorithms(settings, `${path}.algorithms`, checking),
      keys: keys ??
        (isShared ? { kind: "shared_secret", secrets: [] } : NO_KEYS),
      ...(typ === undefined ? {} : { typ }),
      ...(clientIds === undefined ? {} : { clientIds }),
      ...(requiredScopes === undefined ? {} : { requiredScopes }),
      ...(scopeClaim === undefined ? {} : { scopeClaim }),
      allowIdTokens: settings.allow_id_tokens,
      clockToleranceSeconds: settings.clock_tolerance_seconds,
      lifetimeSecondsMax: settings.lifetime_seconds_max,
    },
  };
}

const NO_KEYS = { kind: "jwks", jwks: "" } as const;

function readAlgorithms(
  settings: IssuerSettings,
  path: string,
  checking: Checking,
): readonly JwsAlgorithm[] {
  const { algorithms } = settings;
  if (algorithms === undefined) {
    return settings.shared_secrets.length > 0
      ? ["HS256"]
      : ALGORITHMS_UNLESS_CONFIGURED;
  }
  const known = algorithms.filter(isJwsAlgorithm);
  const unknown = algorithms.find((name) => !isJwsAlgorithm(name));
  if (unknown !== undefined) {
    const meant = suggest(unknown, JWS_ALGORITHMS);
    checking.report(
      path,
      "has a name that is no algorithm",
      `${meant === undefined ? "" : `did you mean ${meant}? `}There are: ${
        JWS_ALGORITHMS.join(", ")
      }`,
    );
  }
  return known;
}

/** Trusted only where its keys are named, with the defaults of any other issuer. */
function buildDevelopmentIssuer(
  { development_issuer: settings }: Settings,
  hasOthers: boolean,
  checking: Checking,
): Entry | undefined {
  if (settings.jwks_file === undefined) return undefined;
  const jwks = readJwks(settings.jwks_file, DEVELOPMENT_PATH, checking);
  checking.warn({
    code: "development_issuer_trusted",
    setting: DEVELOPMENT_PATH,
    detail:
      "Whoever holds its private key can be anybody: leave DEV_ISSUER_JWKS_FILE empty where real users are",
  });
  return {
    path: "development_issuer",
    label: hasOthers ? DEVELOPMENT_LABEL : undefined,
    hasKeys: jwks !== undefined,
    options: {
      issuer: DEVELOPMENT_ISSUER,
      audiences: settings.audiences,
      algorithms: ["EdDSA"],
      keys: jwks === undefined ? NO_KEYS : { kind: "jwks", jwks },
      clockToleranceSeconds: 30,
      lifetimeSecondsMax: DEVELOPMENT_LIFETIME_SECONDS_MAX,
    },
  };
}

const DEVELOPMENT_LIFETIME_SECONDS_MAX = 30 * 86_400;

/** Equal subs of two issuers are two people: at most one goes without a label (ASVS 10.3.3). */
function checkLabels(entries: readonly Entry[], checking: Checking): void {
  const labels = new Set<string | undefined>();
  for (const { path, label } of entries) {
    if (labels.has(label)) {
      checking.report(
        `${path}.label`,
        label === undefined
          ? "is missing: another issuer goes without a label, and equal subs of both would be one user"
          : "is the label of another issuer too",
        "give each issuer a label of its own; at most one goes without",
      );
    }
    labels.add(label);
  }
}

/** Settings by the options that identity knows. */
const SETTING_BY_OPTION: Readonly<Record<string, string>> = {
  "clientIds": "client_ids",
  "requiredScopes": "required_scopes",
  "clockToleranceSeconds": "clock_tolerance_seconds",
  "lifetimeSecondsMax": "lifetime_seconds_max",
  "keys.jwks": "jwks_file",
  "keys.url": "jwks_url",
  "keys.secrets": "shared_secrets",
  "keys.jwksOrigins": "remote.jwks_origins",
  "keys.refreshSeconds": "remote.refresh_seconds",
  "keys.staleSecondsMax": "remote.stale_seconds_max",
  "keys.unknownKeyCooldownSeconds": "remote.unknown_key_cooldown_seconds",
  "keys.timeoutMs": "remote.timeout_ms",
};

const REMEDY_BY_OPTION: Readonly<Record<string, string>> = {
  "issuer":
    "write it exactly as in the tokens' iss; if it publishes no metadata, say where its keys are: jwks_url (OIDC_JWKS_URL), jwks_file or shared_secrets",
  "algorithms":
    "HS256, HS384 and HS512 belong to shared_secrets, all others to keys of the issuer",
  "keys.jwks":
    "see whether it is the issuer's JWKS, with public keys for its algorithms",
  "keys.url":
    "use https; remote.allow_loopback_http lets an issuer on this machine go without",
};

/** What the users of these options find wrong with them. */
function reportProblems(entries: readonly Entry[], checking: Checking): void {
  for (
    const { index, option, text } of jwtIssuerProblems(
      entries.map((it) => it.options),
    )
  ) {
    const entry = entries[index];
    if (entry === undefined) continue;
    if (option.startsWith("keys.") && !entry.hasKeys) continue;
    const { issuer } = entry.options;
    const problem = text.slice(
      `issuer ${JSON.stringify(issuer)}: ${option} `.length,
    );
    checking.report(
      `${entry.path}.${SETTING_BY_OPTION[option] ?? option}`,
      problem,
      REMEDY_BY_OPTION[option] ?? "correct it",
    );
  }
}

/**
 * The issuers of JWTs: what the settings say, with the keys that files hold.
 */
import {
  isJwsAlgorithm,
  JWS_ALGORITHMS,
  type JwsAlgorithm,
} from "../identity/jws_algorithms.ts";
import type { IssuerOptions } from "../identity/authenticator_options.ts";
import type { LifetimeRule } from "../identity/token_lifetime.ts";
import type { UserInfoOptions } from "../identity/userinfo.ts";
import { buildAsking, buildLocation } from "./build_asked.ts";
import { buildKeySource, readJwks } from "./build_keys.ts";
import { buildRequiredClaims } from "./build_required_claims.ts";
import type { Checking } from "./checking.ts";
import type { IssuerSettings, Settings } from "./schema.ts";
import { suggest } from "./suggestion.ts";

/** The issuer of `deno task token`. */
export const DEVELOPMENT_ISSUER = "urn:nats-auth-callout:development";

/** Its tokens are for trying things out, some of them for weeks. */
export const DEVELOPMENT_LIFETIME: LifetimeRule = {
  clockToleranceSeconds: 30,
  lifetimeSecondsMax: 30 * 86_400,
};

const DEVELOPMENT_PATH = "development_issuer.jwks_file";

const ALGORITHMS_UNLESS_CONFIGURED: readonly JwsAlgorithm[] = [
  "RS256",
  "ES256",
  "EdDSA",
];

export interface IssuerEntry {
  /** Of its section in the settings. */
  readonly path: string;
  readonly options: IssuerOptions;
  /** Its keys could not be had, which has been reported. */
  readonly hasKeys: boolean;
}

export function buildIssuers(
  settings: Settings,
  checking: Checking,
): readonly IssuerEntry[] {
  const entries: IssuerEntry[] = [];
  settings.issuers.forEach((each, index) => {
    const { issuer } = each;
    if (issuer === undefined) return;
    entries.push(
      buildIssuer({ ...each, issuer }, `issuers[${index}]`, checking),
    );
  });
  const development = buildDevelopmentIssuer(settings, checking);
  return development === undefined ? entries : [...entries, development];
}

function buildIssuer(
  settings: IssuerSettings & { readonly issuer: string },
  path: string,
  checking: Checking,
): IssuerEntry {
  const keys = buildKeySource(settings, path, checking);
  const isShared = settings.shared_secrets.length > 0;
  const { typ, client_ids: clientIds, required_scopes: requiredScopes } =
    settings;
  const { scope_claim: scopeClaim } = settings;
  const userinfo = buildUserInfo(settings, path, checking);
  return {
    path,
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
      ...buildRequiredClaims(settings.required_claims, path, checking),
      ...(scopeClaim === undefined ? {} : { scopeClaim }),
      ...(userinfo === undefined ? {} : { userinfo }),
      allowIdTokens: settings.allow_id_tokens,
      clockToleranceSeconds: settings.clock_tolerance_seconds,
      lifetimeSecondsMax: settings.lifetime_seconds_max,
    },
  };
}

/** Asked as the issuer's keys are fetched, if there is a claim to ask for. */
function buildUserInfo(
  { userinfo, remote }: IssuerSettings,
  path: string,
  checking: Checking,
): UserInfoOptions | undefined {
  const { cache, claims, origins } = userinfo;
  if (claims.length === 0) return undefined;
  const endpoint = buildLocation(
    {
      endpoint: userinfo.endpoint,
      document: remote.metadata_document,
      origins,
    },
    `${path}.userinfo.endpoint`,
    checking,
  );
  return endpoint === undefined
    ? undefined
    : { endpoint, claims, ...buildAsking({ cache, remote }, path, checking) };
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
  checking: Checking,
): IssuerEntry | undefined {
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
    hasKeys: jwks !== undefined,
    options: {
      issuer: DEVELOPMENT_ISSUER,
      audiences: settings.audiences,
      algorithms: ["EdDSA"],
      keys: jwks === undefined ? NO_KEYS : { kind: "jwks", jwks },
      ...DEVELOPMENT_LIFETIME,
    },
  };
}

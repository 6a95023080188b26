/**
 * Finds what is wrong with the configuration of issuers: every problem at once,
 * and before a token is judged by it.
 */
import { JsonFault } from "../base/json.ts";
import { SHARED_SECRETS_MAX } from "../base/limits.ts";
import { monotonicClock } from "../base/time.ts";
import { importKeySet } from "./key_set.ts";
import { algorithmFacts, isSymmetric } from "./jws_algorithms.ts";
import { REMOTE_DEFAULTS } from "./jwt_issuer_options.ts";
import type {
  DiscoverySource,
  JwksUrlSource,
  JwtIssuerOptions,
  LocalJwksSource,
  SharedSecretsSource,
} from "./jwt_issuer_options.ts";
import { urlProblem } from "./network_address.ts";
import {
  checkClaimPaths,
  checkIssuer,
  checkLifetimeRule,
  checkList,
  checkRange,
} from "./option_checks.ts";
import type { Report } from "./option_checks.ts";
import { P256Tables } from "./p256_tables.ts";

export interface JwtIssuerProblem {
  /** Place of the issuer in the list. */
  readonly index: number;
  /** Name of the option, as in {@linkcode JwtIssuerOptions}. */
  readonly option: string;
  /** Continues the sentence that the option begins. */
  readonly problem: string;
}

/** Everything that keeps these issuers from being used. */
export function jwtIssuerProblems(
  issuers: readonly JwtIssuerOptions[],
): readonly JwtIssuerProblem[] {
  const problems: JwtIssuerProblem[] = [];
  const names = new Set<string>();
  for (const [index, options] of issuers.entries()) {
    const report: Report = (option, problem) =>
      problems.push({ index, option, problem });
    if (names.has(options.issuer)) report("issuer", "is configured twice");
    names.add(options.issuer);
    checkRules(options, report);
    checkAlgorithms(options, report);
    switch (options.keys.kind) {
      case "jwks":
        checkLocalJwks(options.keys, options, report);
        break;
      case "shared_secret":
        checkSecrets(options.keys, options, report);
        break;
      case "jwks_url":
        checkUrl("keys.url", options.keys.url, options.keys, report);
        checkRemote(options.keys, report);
        break;
      case "discovery":
        checkDiscovery(options.keys, options.issuer, report);
        checkRemote(options.keys, report);
        break;
    }
  }
  return problems;
}

function checkRules(options: JwtIssuerOptions, report: Report): void {
  checkIssuer(options.issuer, report);
  checkList("audiences", options.audiences, report);
  checkList("typ", options.typ, report);
  checkList("clientIds", options.clientIds, report);
  checkList("requiredScopes", options.requiredScopes, report);
  checkClaimPaths(options.requiredClaims, report);
  checkLifetimeRule(options, report);
}

/** A key that anybody may read must never be taken for a secret (RFC 8725 section 2.1). */
function checkAlgorithms(
  { algorithms, keys }: JwtIssuerOptions,
  report: Report,
): void {
  if (algorithms.length === 0) report("algorithms", "is empty");
  const shared = keys.kind === "shared_secret";
  for (const algorithm of algorithms) {
    if (isSymmetric(algorithm) === shared) continue;
    report(
      "algorithms",
      shared
        ? `contains ${algorithm}, which a shared secret cannot verify`
        : `contains ${algorithm}, which needs a shared secret`,
    );
  }
}

function checkLocalJwks(
  { jwks }: LocalJwksSource,
  { algorithms }: JwtIssuerOptions,
  report: Report,
): void {
  const tables = new P256Tables(monotonicClock);
  const imported = importKeySet(jwks, { algorithms, tables });
  if (imported instanceof JsonFault) {
    report("keys.jwks", imported.problem);
    return;
  }
  for (const warning of imported.warnings) report("keys.jwks", warning);
  if (imported.keySet.keys.length === 0 && algorithms.length > 0) {
    report("keys.jwks", "has no key for the configured algorithms");
  }
}

function checkSecrets(
  { secrets }: SharedSecretsSource,
  { algorithms }: JwtIssuerOptions,
  report: Report,
): void {
  if (secrets.length === 0) report("keys.secrets", "is empty");
  if (secrets.length > SHARED_SECRETS_MAX) {
    report("keys.secrets", `has more than ${SHARED_SECRETS_MAX} secrets`);
  }
  const kids = secrets.flatMap(({ kid }) => kid === undefined ? [] : [kid]);
  if (new Set(kids).size < kids.length) {
    report("keys.secrets", 'has the same "kid" twice');
  }
  for (const algorithm of algorithms) {
    // As long as the digest (RFC 7518 section 3.2).
    const bytesMin = algorithmFacts(algorithm).signatureBytes ?? 0;
    for (const { byteLength } of secrets) {
      if (!isSymmetric(algorithm) || byteLength >= bytesMin) continue;
      report(
        "keys.secrets",
        `has a secret shorter than the ${bytesMin} bytes that ${algorithm} needs`,
      );
    }
  }
}

function checkUrl(
  option: string,
  url: URL,
  source: JwksUrlSource | DiscoverySource,
  report: Report,
): void {
  const problem = urlProblem(url, source);
  if (problem !== undefined) report(option, problem);
}

function checkDiscovery(
  source: DiscoverySource,
  issuer: string,
  report: Report,
): void {
  if (source.apiServer !== undefined) {
    checkUrl("keys.apiServer", source.apiServer.url, source, report);
    return;
  }
  if (!URL.canParse(issuer)) {
    report("issuer", "is not a URL, which discovery needs");
    return;
  }
  const url = new URL(issuer);
  checkUrl("issuer", url, source, report);
  if (url.search !== "") report("issuer", "has a query");
  for (const origin of source.jwksOrigins ?? []) {
    if (URL.canParse(origin) && new URL(origin).origin === origin) continue;
    report("keys.jwksOrigins", "contains something that is not an origin");
  }
}

function checkRemote(
  source: JwksUrlSource | DiscoverySource,
  report: Report,
): void {
  const options = { ...REMOTE_DEFAULTS, ...source };
  const { refreshSeconds, unknownKeyCooldownSeconds } = options;
  const day = 86_400;
  checkRange("keys.refreshSeconds", refreshSeconds, {
    min: unknownKeyCooldownSeconds,
    max: day,
  }, report);
  checkRange("keys.staleSecondsMax", options.staleSecondsMax, {
    min: refreshSeconds,
    max: 30 * day,
  }, report);
  checkRange("keys.unknownKeyCooldownSeconds", unknownKeyCooldownSeconds, {
    min: 0.1,
    max: 3_600,
  }, report);
  checkRange("keys.timeoutMs", options.timeoutMs, {
    min: 50,
    max: 10_000,
  }, report);
}

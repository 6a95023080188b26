/**
 * Judges bearer JWTs of the configured issuers.
 *
 * The token's own `iss` says whose keys to verify it with, and nothing else: it
 * is compared with the configured issuers, never followed. No other claim is
 * looked at before the signature is verified.
 *
 * @see RFC 7519 section 7.2, RFC 8725
 */
import { borrowUtf8 } from "../base/borrowed_bytes.ts";
import type { CredentialKind } from "../base/identity.ts";
import { member } from "../base/json.ts";
import type { JsonObject } from "../base/json.ts";
import { rejected } from "../base/outcome.ts";
import type { Rejected } from "../base/outcome.ts";
import type { EpochMs } from "../base/time.ts";
import type {
  AuthenticationOutcome,
  Authenticator,
  AuthenticatorDependencies,
} from "./authenticate.ts";
import { checkClaims } from "./claim_rules.ts";
import { decodeClaims, decodeCompactJws } from "./compact_jws.ts";
import type { CompactJws } from "./compact_jws.ts";
import { createIssuerKeys } from "./issuer_keys.ts";
import type { FoundKeys, IssuerKeys } from "./find_keys.ts";
import { isJwsAlgorithm } from "./jws_algorithms.ts";
import type { JwsAlgorithm } from "./jws_algorithms.ts";
import type { JwtIssuerOptions } from "./jwt_issuer_options.ts";
import { P256Tables } from "./p256_tables.ts";

interface Issuer {
  readonly options: JwtIssuerOptions;
  readonly algorithms: ReadonlySet<JwsAlgorithm>;
  readonly keys: IssuerKeys;
  readonly credential: CredentialKind;
}

/** A token whose form is right, from an issuer that is trusted; not verified. */
interface PresentedJwt {
  readonly kind: "presented jwt";
  readonly issuer: Issuer;
  readonly algorithm: JwsAlgorithm;
  readonly jws: CompactJws;
  readonly claims: JsonObject;
}

/**
 * Judges at once if the key is in memory; waits for one fetch of an unknown one.
 *
 * @param issuers With which `jwtIssuerProblems()` has found nothing wrong.
 */
export function createJwtBearer(
  issuers: readonly JwtIssuerOptions[],
  { log, clock, monotonic, random = Math.random }: AuthenticatorDependencies,
): Authenticator {
  const tables = new P256Tables(monotonic);
  const dependencies = { log, monotonic, random, tables };
  const byName: ReadonlyMap<string, Issuer> = new Map(
    issuers.map((options) => [options.issuer, {
      options,
      algorithms: new Set(options.algorithms),
      keys: createIssuerKeys(options, dependencies),
      credential: options.keys.kind === "shared_secret"
        ? "shared_secret"
        : "jwt",
    }]),
  );

  return {
    authenticate(
      bearerToken,
      context,
    ): AuthenticationOutcome | Promise<AuthenticationOutcome> {
      const presented = readToken(bearerToken.reveal(), byName);
      if (presented.kind === "rejected") return presented;
      const { issuer, algorithm, jws } = presented;
      const { kid } = jws.header;
      const found = issuer.keys.find(algorithm, kid, context);
      if (found instanceof Promise) {
        return found.then((keys) => judge(presented, keys, clock()));
      }
      const outcome = judge(presented, found, context.now);
      if (outcome !== FORGED) return outcome;
      // Where newer keys cannot be had, those that are known decide, as they do
      // during the cool-down: whoever forges a token must not raise an alarm.
      return issuer.keys.findNewer(algorithm, kid, context)?.then((keys) =>
        keys.kind === "unavailable" ? outcome : judge(presented, keys, clock())
      ) ?? outcome;
    },
    async start(only): Promise<void> {
      await Promise.all(
        [...byName].filter(([issuer]) => issuer === (only ?? issuer))
          .map(([, { keys }]) => keys.start()),
      );
    },
    stop(): void {
      for (const { keys } of byName.values()) keys.stop();
    },
    status: () =>
      [...byName].map(([issuer, { credential, keys }]) => ({
        issuer,
        credential,
        ready: keys.ready,
        keyCount: keys.keyCount,
        failing: false,
        staleSeconds: keys.staleSeconds,
      })),
  };
}

/** Form, issuer and algorithm: what decides which keys to ask for. */
function readToken(
  text: string,
  issuers: ReadonlyMap<string, Issuer>,
): PresentedJwt | Rejected {
  const jws = decodeCompactJws(text);
  if (jws.kind === "rejected") return jws;
  const decoded = decodeClaims(jws.payload);
  if (decoded.kind === "rejected") return decoded;
  const { claims } = decoded;

  const iss = member(claims, "iss");
  if (iss === undefined) {
    return rejected("claim_missing", 'Claim "iss" is missing');
  }
  if (typeof iss !== "string") {
    return rejected("claim_invalid", 'Claim "iss" is not a string');
  }
  const issuer = issuers.get(iss);
  if (issuer === undefined) {
    return rejected("issuer_untrusted", 'Claim "iss" is no configured issuer');
  }
  const algorithm = jws.header.alg;
  if (!isJwsAlgorithm(algorithm) || !issuer.algorithms.has(algorithm)) {
    return rejected(
      "algorithm_not_allowed",
      'Header "alg" is not configured for this issuer',
    );
  }
  return { kind: "presented jwt", issuer, algorithm, jws, claims };
}

const FORGED = rejected("signature_invalid", "Signature does not verify");

function judge(
  { issuer, algorithm, jws, claims }: PresentedJwt,
  found: FoundKeys,
  now: EpochMs,
): AuthenticationOutcome {
  if (found.kind !== "candidate keys") return found;
  const verified = found.keys.some((key) =>
    key.verify(algorithm, borrowUtf8(jws.signingInput), jws.signature)
  );
  if (!verified) return FORGED;
  const { credential, options } = issuer;
  return checkClaims(claims, jws.header.typ, options, { now, credential });
}

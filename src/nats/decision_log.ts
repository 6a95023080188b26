/**
 * The audit line: one for every request, granted or not (J2). Of what strangers
 * can cause, refusals above all, a flood is cut to its first lines and an exact
 * count. The only place where a decision is logged.
 */
import { hash, randomBytes } from "node:crypto";
import { unreachable } from "../base/assert.ts";
import type { Decision } from "../callout/authorize.ts";
import type { VerifiedRequest } from "../callout/request_claims.ts";
import type { IssuerLabels } from "../permissions/placeholder.ts";
import { subjectToken } from "../permissions/subject_token.ts";
import type { Log, LogFields } from "../telemetry/log.ts";

/** Hexadecimal characters of a token's fingerprint: enough to follow one, too few to test guesses. */
const FINGERPRINT_CHARS = 12;

export type LogDecision = (decision: Decision, durationMs: number) => void;

export function createDecisionLog(
  log: Log,
  labels: IssuerLabels = new Map(),
): LogDecision {
  // Of this process only: fingerprints of different runs cannot be compared.
  const fingerprintKey = randomBytes(32).toString("hex");

  function fingerprint({ credentials }: VerifiedRequest): string | undefined {
    const token = credentials.authToken ?? credentials.password;
    if (token === undefined) return undefined;
    // No HMAC, which takes six times as long here: of the digest only a part is
    // shown, so that there is nothing to extend.
    return hash("sha256", fingerprintKey + token.reveal(), "hex")
      .slice(0, FINGERPRINT_CHARS);
  }

  function describe({ identity, request }: Decision): LogFields {
    if (request === undefined) return {};
    const { connection } = request;
    const print = fingerprint(request);
    return {
      serverId: request.serverId,
      clientHost: connection.host,
      connectionType: connection.type ?? "unknown",
      userNkey: request.userNkey,
      ...(print === undefined ? {} : { fingerprint: print }),
      ...(identity === undefined ? {} : {
        kind: identity.credential,
        issuer: identity.issuer,
        name: subjectToken(identity.sub, labels.get(identity.issuer)),
      }),
    };
  }

  return function logDecision(decision: Decision, elapsedMs: number): void {
    const durationMs = Math.round(elapsedMs * 10) / 10;
    logEnd(log, decision.end, { ...describe(decision), durationMs });
  };
}

function logEnd(log: Log, end: Decision["end"], fields: LogFields): void {
  switch (end.kind) {
    case "granted":
      return log.audit("client admitted", {
        ...fields,
        code: "granted",
        kind: end.identity.credential,
        issuer: end.identity.issuer,
        account: end.grant.account,
        rule: end.grant.rule,
        name: end.grant.name,
        expiresAt: end.userJwt.expiresAt,
      });
    case "rejected":
      return log.info("client refused", {
        ...fields,
        code: end.code,
        detail: end.detail,
      });
    case "unavailable":
      return log.error("client could not be judged", {
        ...fields,
        code: "unavailable",
        dependency: end.dependency,
        detail: end.detail,
      });
    case "discarded":
      return end.code === "internal_error"
        ? log.error("request failed by our own fault", {
          ...fields,
          code: end.code,
          detail: end.detail,
        })
        : log.warn("request discarded", {
          ...fields,
          code: end.code,
          detail: end.detail,
        });
    default:
      return unreachable(end);
  }
}

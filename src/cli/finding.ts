/**
 * What a check finds out about one thing, and reading what it is found out from:
 * documents of others, in which anything may be missing.
 */
import { isJsonObject, type JsonObject, member } from "../base/json.ts";
import type { EpochMs } from "../base/time.ts";

/** What is found out about one thing. */
export interface Finding {
  /**
   * `good`, to be looked at, or wrong: with `wrong`, clients are refused or not
   * safe, or a rule does nothing. `unknown`: it was not checked, because it could not be.
   */
  readonly verdict: "good" | "doubtful" | "wrong" | "unknown";
  /** Where: a setting of NATS or of the service. */
  readonly where: string;
  readonly what: string;
  /** How to mend it. */
  readonly remedy?: string;
}

export interface SetupDocuments {
  readonly varz: JsonObject;
  /** When varz was asked for, and when it was there. */
  readonly varzTime: { readonly from: EpochMs; readonly to: EpochMs };
  /** AUTH: with an operator its public key, without one the name that it has there; undefined if that is not known. */
  readonly calloutName?: string | undefined;
  /** What the server knows of AUTH: with an operator, its claims as well; undefined if it does not know it. */
  readonly calloutAccount: JsonObject | undefined;
  /** Who is connected to AUTH. */
  readonly calloutConnections: readonly JsonObject[];
  /** The same of each application account, by name. */
  readonly accounts: ReadonlyMap<string, JsonObject | undefined>;
  /** Public nkey of the service's own user. */
  readonly calloutUser: string;
}

export interface Question extends Omit<Finding, "verdict"> {
  readonly good: boolean;
  readonly bad: "doubtful" | "wrong";
  /** What there is if it is not good; unless given, what is said in any case. */
  readonly instead?: string;
  readonly remedy: string;
}

export function verdict(question: Question): Finding {
  const { bad, good, where, what, instead = what, remedy } = question;
  return good
    ? { verdict: "good", where, what }
    : { verdict: bad, where, what: instead, remedy };
}

/** What was not checked, why, and how it could be. */
export function unknown(where: string, why: string, remedy: string): Finding {
  return { verdict: "unknown", where, what: `not checked: ${why}`, remedy };
}

export function object(of: JsonObject, name: string): JsonObject {
  const value = member(of, name);
  return isJsonObject(value) ? value : {};
}

export function list(of: JsonObject, name: string): readonly unknown[] {
  const value = member(of, name);
  return Array.isArray(value) ? value : [];
}

export function texts(of: JsonObject, name: string): readonly string[] {
  return list(of, name).filter((entry) => typeof entry === "string");
}

export function text(of: JsonObject, name: string): string {
  const value = member(of, name);
  return typeof value === "string" ? value : "";
}

export function number(of: JsonObject, name: string): number {
  const value = member(of, name);
  return typeof value === "number" ? value : 0;
}

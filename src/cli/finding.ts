/**
 * What a check finds out about one thing, and reading what it is found out from:
 * documents of others, in which anything may be missing.
 */
import { isJsonObject, type JsonObject, member } from "../base/json.ts";
import type { EpochMs } from "../base/time.ts";

/** What is found out about one thing. */
export interface Finding {
  /** `good`, to be looked at, or wrong: with `wrong`, clients are refused or not safe. */
  readonly verdict: "good" | "doubtful" | "wrong";
  /** Where: a setting of NATS or of the service. */
  readonly where: string;
  readonly what: string;
  /** How to mend it. */
  readonly remedy?: string;
}

export interface SetupDocuments {
  /** Claims of the account AUTH, as the server has them; undefined if it has none. */
  readonly calloutAccount: JsonObject | undefined;
  /** Claims of each application account, by name. */
  readonly accounts: ReadonlyMap<string, JsonObject | undefined>;
  readonly varz: JsonObject;
  /** Public nkey of the service's own user. */
  readonly calloutUser: string;
  readonly now: EpochMs;
}

export interface Question extends Omit<Finding, "verdict"> {
  readonly good: boolean;
  readonly bad: "doubtful" | "wrong";
  readonly remedy: string;
}

export function verdict({ good, bad, where, what, remedy }: Question): Finding {
  return good
    ? { verdict: "good", where, what }
    : { verdict: bad, where, what, remedy };
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

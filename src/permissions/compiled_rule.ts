/**
 * A rule as it is tried at each login.
 */
import type { CompiledGrant } from "./compile_grant.ts";
import type { Condition } from "./condition.ts";

export interface CompiledRule {
  readonly name: string;
  readonly conditions: readonly Condition[];
  readonly outcome: CompiledGrant | "refuse";
}

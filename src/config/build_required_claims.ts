/**
 * From the settings of `required_claims:` to its options.
 */
import type { RequiredClaim } from "../identity/required_claims.ts";
import { parseClaimReference } from "../permissions/claim_reference.ts";
import { Fault } from "../permissions/rule_fault.ts";
import type { Checking } from "./checking.ts";
import type { IssuerSettings } from "./schema.ts";

/** Claims are named as in rules. */
export function buildRequiredClaims(
  settings: IssuerSettings["required_claims"],
  path: string,
  checking: Checking,
): { readonly requiredClaims?: readonly RequiredClaim[] } {
  if (settings === undefined) return {};
  const requiredClaims: RequiredClaim[] = [];
  for (const [name, type] of Object.entries(settings)) {
    const reference = parseClaimReference(name);
    if (reference instanceof Fault) {
      const { problem, remedy } = reference;
      checking.report(`${path}.required_claims.${name}`, problem, remedy);
    } else requiredClaims.push({ path: reference.steps, type });
  }
  return { requiredClaims };
}

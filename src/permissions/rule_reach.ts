/**
 * Which logins can come to a rule at all, as far as its conditions and the rest of
 * the configuration say.
 */
import {
  CONNECTION_TYPES,
  type ConnectionType,
} from "../base/connection_type.ts";
import type { CredentialKind } from "../base/identity.ts";
import { isOnly } from "./claim_reference.ts";
import { type Condition, passes } from "./condition.ts";
import type { RulesContext } from "./rule_context.ts";
import { type RuleOptions, toList } from "./rule_options.ts";

/** By which kinds of connection clients can be granted what the rule grants. */
export function connectionsOf(
  { grant, when }: RuleOptions,
  { connectionTypes = CONNECTION_TYPES }: RulesContext,
): readonly ConnectionType[] {
  return connectionTypes.filter((type) =>
    [when?.connection, grant?.only?.connections].every((asked) =>
      asked === undefined || toList(asked).includes(type)
    )
  );
}

/** Whose tokens can come to a rule with these conditions; undefined where it is not known which issuers there are. */
export function issuersOf(
  conditions: readonly Condition[],
  { issuers }: RulesContext,
): readonly string[] | undefined {
  if (issuers === undefined) return undefined;
  return [...issuers].flatMap(([issuer, kinds]) =>
    kinds.some((kind) =>
        conditions.every((condition) => admits(condition, issuer, kind))
      )
      ? [issuer]
      : []
  );
}

function admits(
  condition: Condition,
  issuer: string,
  kind: CredentialKind,
): boolean {
  switch (condition.kind) {
    case "issuer":
      return condition.issuers.includes(issuer);
    case "kind":
      return condition.kinds.includes(kind);
    case "claim":
      return !isOnly(condition.claim, "iss") || passes(condition.test, issuer);
    default:
      return true;
  }
}

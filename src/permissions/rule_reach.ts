/**
 * Which logins can come to a rule at all, as far as its conditions and the rest of
 * the configuration say.
 */
import {
  CONNECTION_TYPES,
  type ConnectionType,
} from "../base/connection_type.ts";
import { isOnly } from "./claim_reference.ts";
import { type Condition, passes } from "./condition.ts";
import { knownValue, mayPass, type TokenSource } from "./known_value.ts";
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

/** By which kinds of connection a login can meet all conditions. */
export function connectionTypesOf(
  conditions: readonly Condition[],
  { connectionTypes = CONNECTION_TYPES }: RulesContext,
): readonly ConnectionType[] {
  return connectionTypes.filter((type) =>
    conditions.every((condition) =>
      condition.kind !== "connection" || condition.types.includes(type)
    )
  );
}

/** Whose tokens can come to a rule with these conditions; undefined where it is not known which issuers there are. */
export function issuersOf(
  conditions: readonly Condition[],
  context: RulesContext,
): readonly string[] | undefined {
  const sources = sourcesOf(conditions, context);
  return sources && [...new Set(sources.map(({ issuer }) => issuer))];
}

/** The same, by the kind of the tokens. */
export function sourcesOf(
  conditions: readonly Condition[],
  context: RulesContext,
): readonly TokenSource[] | undefined {
  const { issuers } = context;
  if (issuers === undefined) return undefined;
  return [...issuers].flatMap(([issuer, kinds]) =>
    kinds
      .map((kind) => ({ issuer, kind }))
      .filter((source) =>
        conditions.every((condition) => admits(condition, source, context))
      )
  );
}

/** Whether some login with such a token may meet the condition. */
export function admits(
  condition: Condition,
  source: TokenSource,
  context: RulesContext,
): boolean {
  switch (condition.kind) {
    case "issuer":
      return condition.issuers.includes(source.issuer);
    case "kind":
      return condition.kinds.includes(source.kind);
    case "claim": {
      const { claim, test } = condition;
      if (isOnly(claim, "iss")) return passes(test, source.issuer);
      const known = knownValue(claim, source, context);
      return known === undefined || mayPass(test, known);
    }
    default:
      return true;
  }
}

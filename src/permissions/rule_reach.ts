/**
 * Which logins can come to a rule at all, as far as its conditions and the rest of
 * the configuration say.
 */
import {
  CONNECTION_TYPES,
  type ConnectionType,
} from "../base/connection_type.ts";
import type { IssuerTokens } from "../base/known_claims.ts";
import { isOnly } from "./claim_reference.ts";
import { type Condition, passes } from "./condition.ts";
import { knownValue, mayPass } from "./known_value.ts";
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

/** Which tokens can come to a rule with these conditions; undefined where it is not known which there are. */
export function tokensFor(
  conditions: readonly Condition[],
  { tokens }: RulesContext,
): readonly IssuerTokens[] | undefined {
  return tokens?.filter((each) =>
    conditions.every((condition) => admits(condition, each))
  );
}

export function issuersOf(
  tokens: readonly IssuerTokens[] | undefined,
): readonly string[] {
  return [...new Set(tokens?.map(({ issuer }) => issuer))];
}

/** Whether some login with such a token may meet the condition. */
export function admits(
  condition: Condition,
  tokens: IssuerTokens,
): boolean {
  switch (condition.kind) {
    case "issuer":
      return condition.issuers.includes(tokens.issuer);
    case "kind":
      return condition.kinds.includes(tokens.credential);
    case "claim": {
      const { claim, test } = condition;
      if (isOnly(claim, "iss")) return passes(test, tokens.issuer);
      const known = knownValue(claim, tokens);
      return known === undefined || mayPass(test, known);
    }
    default:
      return true;
  }
}

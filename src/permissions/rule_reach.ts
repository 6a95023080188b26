/**
 * Which logins can come to a rule at all, as far as its conditions and the rest of
 * the configuration say.
 */
import {
  CONNECTION_TYPES,
  type ConnectionType,
} from "../base/connection_type.ts";
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

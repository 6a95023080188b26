/**
 * Sees to it that no user is placed in the account of the callout, where one could
 * read requests, with everybody's tokens. With an operator the configuration
 * does, by the account's key; without one, only the server knows what the account
 * is called. It says so behind its first PONG, and so before any request.
 *
 * @see nats-server `client.go`, processPing
 */
import type { ServerInfo } from "@nats-io/nats-core";
import { assert } from "../base/assert.ts";
import type { Permit } from "../permissions/grant.ts";
import type { ReadServerFacts } from "./server_facts.ts";
import type { AccountOptions } from "./service_options.ts";

/** Users would be placed in the callout's own account: trying again does not help. */
export class CalloutAccountError extends Error {
  override readonly name = "CalloutAccountError";
}

export interface OwnAccount {
  /**
   * To be asked once the server has answered something.
   *
   * @throws {CalloutAccountError} If users could be placed in it.
   */
  refuse(): void;
  /** Never grants it: requests may come before that, and from a server that calls it otherwise. */
  guard(permit: Permit): Permit;
}

export function createOwnAccount(
  accounts: readonly Pick<AccountOptions, "name" | "publicKey">[],
  readServerFacts: ReadServerFacts,
): OwnAccount {
  /** What the server knows them by. */
  const keys = new Map(
    accounts.map(({ name, publicKey = name }) => [name, publicKey]),
  );

  function isOwn(name: string): boolean {
    const own = accountOf(readServerFacts());
    return own !== undefined && keys.get(name) === own;
  }

  return {
    refuse(): void {
      const name = keys.keys().find(isOwn);
      if (name === undefined) return;
      throw new CalloutAccountError(
        `accounts: ${name} is the account of the callout, whose users can read everybody's tokens: place users in an account of their own`,
      );
    },
    guard(permit: Permit): Permit {
      return (identity, facts) => {
        const outcome = permit(identity, facts);
        assert(
          outcome.kind !== "grant" || !isOwn(outcome.account),
          "no user is placed in the account of the callout",
        );
        return outcome;
      };
    },
  };
}

/**
 * The account that our user is in: with an operator its public key, without one
 * its name. Older servers do not say it (2.14 does, 2.11 does not).
 */
function accountOf(facts: ServerInfo): string | undefined {
  return "remote_account" in facts && typeof facts.remote_account === "string"
    ? facts.remote_account
    : undefined;
}

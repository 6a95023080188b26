/**
 * Rules choose among several accounts, on a real server: each user lands in the
 * one that its rule names, and no message crosses.
 */
import { assert, assertEquals, assertFalse } from "@std/assert";
import type { RuleOptions } from "../../src/permissions/rule_options.ts";
import { ENVIRONMENTS } from "../fixtures/environments.ts";
import { reaches } from "../fixtures/nats_client.ts";
import { accountsOf, serveRules } from "../fixtures/rules_stack.ts";

/** The same subjects in both: the account alone keeps them apart. */
function ruleFor(account: string, oauthClient: string): RuleOptions {
  return {
    name: account,
    when: { claims: { azp: { equals: oauthClient } } },
    grant: { account, publish: "orders.>", subscribe: "orders.>" },
  };
}

const RULES = [ruleFor("APP", "shop"), ruleFor("OFFICE", "back-office")];

for (const { name, start } of ENVIRONMENTS) {
  Deno.test(`a user lands in the account that its rule names, nothing crosses, and whom no rule takes is refused, with ${name}`, async () => {
    const furtherAccounts = ["OFFICE"];
    await using stack = await serveRules(
      await start({ furtherAccounts }),
      RULES,
    );
    const { accounts } = stack.stack;
    assertEquals([...accounts.keys()], ["APP", "OFFICE"]);
    const shop = await stack.client("alice", { claims: { azp: "shop" } });
    const office = await stack.client("bob", {
      claims: { azp: "back-office" },
    });

    for (
      const [user, account] of [["alice", "APP"], ["bob", "OFFICE"]] as const
    ) {
      assertEquals([...await accountsOf(stack, user)], [accounts.get(account)]);
    }
    for (const [own, other] of [[shop, office], [office, shop]] as const) {
      assert(await reaches(own, own, "orders.new", "orders.>"));
      assertFalse(await reaches(own, other, "orders.new", "orders.>"));
    }
    assert(await reaches(shop, stack.admin, "orders.new", ">"));
    assertFalse(await reaches(office, stack.admin, "orders.new", ">"));

    // What the token says of accounts chooses none.
    const claims = { azp: "other", account: "OFFICE" };
    assertEquals(await stack.codeFor("carol", { claims }), "no_rule_matches");
    assertEquals((await accountsOf(stack, "carol")).size, 0);
  });
}

import { assertEquals } from "@std/assert";
import { rulesOf } from "../../tests/fixtures/rules_scene.ts";
import type { GrantOptions } from "./rule_options.ts";

const COMMA =
  "which NATS takes as one subject with a comma in it: write a list if several are meant, as in [orders.create, orders.cancel]";

const rows: [grant: GrantOptions, warnings: readonly string[]][] = [
  [{ publish: "orders.create,orders.cancel" }, [
    `publish has a comma in orders.create,orders.cancel, ${COMMA}`,
  ]],
  [{ publish: { allow: "ops.>", deny: ["ops.a", "ops.b,ops.c"] } }, [
    `publish has a comma in ops.b,ops.c, ${COMMA}`,
  ]],
  // The second half is taken for a queue group.
  [{ subscribe: ["jobs, workers"] }, [
    `subscribe has a comma in jobs, workers, ${COMMA}`,
  ]],
  [{ subscribe: "users.$sub.>" }, [
    "subscribe takes $sub in users.$sub.> for a word like any other, the same for everybody: write ${sub}, with braces, for what a login brings",
  ]],
  [{ publish: "users.$ISSUER.a" }, [
    "publish takes $ISSUER in users.$ISSUER.a for a word like any other, the same for everybody: write ${issuer}, with braces, for what a login brings",
  ]],
  [{ publish: { allow: "a.>", deny: "a.$claims.team" } }, [
    "publish takes $claims in a.$claims.team for a word like any other, the same for everybody: write ${claims.NAME}, with braces, for what a login brings",
  ]],
  [{ publish: ["$JS.API.STREAM.INFO.A", "a.$subs", "a.sub", "a.x$sub"] }, []],
  [{ publish: ["users.${sub}.${claims.a,b}"] }, []],
  [{ preset: { "kv_write": "settings" } }, []],
];

for (const [grant, expected] of rows) {
  Deno.test(`${JSON.stringify(grant)}: createRules() warns of ${expected.length} odd words`, () => {
    const { warnings } = rulesOf([{ name: "a", grant }]);
    assertEquals(
      warnings.map(({ path: [, , side], problem, remedy }) =>
        `${side} ${problem}: ${remedy}`
      ),
      expected,
    );
  });
}

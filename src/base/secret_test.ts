import { assertEquals, assertFalse } from "@std/assert";
import { inspect } from "node:util";
import { Secret } from "./secret.ts";

Deno.test("J1 Secret is printed by nothing but reveal()", () => {
  const secret = new Secret("canary-token");
  const printed = [
    `${secret}`,
    String(secret),
    JSON.stringify({ secret }),
    Deno.inspect(secret),
    Deno.inspect({ nested: [secret] }, { showHidden: true, depth: 9 }),
    inspect(secret, { showHidden: true }),
  ];
  for (const text of printed) assertFalse(text.includes("canary"), text);
  assertEquals(secret.reveal(), "canary-token");
});

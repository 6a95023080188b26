import { assertEquals } from "@std/assert";
import type { Json } from "../base/json.ts";
import { checkScopes } from "./scopes.ts";

const rows: readonly [
  why: string,
  claim: "scope" | "scp",
  value: Json | undefined,
  code: string | undefined,
][] = [
  ["the scope alone", "scope", "nats:connect", undefined],
  ["the scope among others", "scope", "a nats:connect b", undefined],
  [
    "only a part of it",
    "scope",
    "nats:connect2 anats:connect",
    "scope_missing",
  ],
  ["other case", "scope", "NATS:connect", "scope_missing"],
  ["two spaces", "scope", "a  nats:connect", "claim_invalid"],
  ["a tab", "scope", "a\tnats:connect", "claim_invalid"],
  ["nothing", "scope", "", "claim_invalid"],
  ["no scope", "scope", undefined, "claim_missing"],
  ["an array in scope", "scope", ["nats:connect"], "claim_invalid"],
  ["null", "scope", null, "claim_invalid"],
  ["an array in scp", "scp", ["a", "nats:connect"], undefined],
  ["text in scp", "scp", "a nats:connect", undefined],
  ["a number in scp's array", "scp", ["nats:connect", 1], "claim_invalid"],
  ["two in one element", "scp", ["a nats:connect"], "claim_invalid"],
];

for (const [why, scopeClaim, value, code] of rows) {
  Deno.test(`C14 checkScopes() says ${code ?? "yes"} to ${why}`, () => {
    const claims = value === undefined ? {} : { [scopeClaim]: value };
    const rule = { requiredScopes: ["nats:connect"], scopeClaim };
    assertEquals(checkScopes(claims, rule)?.code, code);
  });
}

Deno.test("C14 checkScopes() requires all of several, and none unless configured", () => {
  const claims = { scope: "a b" };
  assertEquals(checkScopes(claims, { requiredScopes: ["a", "b"] }), undefined);
  assertEquals(
    checkScopes(claims, { requiredScopes: ["a", "c"] })?.code,
    "scope_missing",
  );
  assertEquals(checkScopes({ scope: 1 }, {}), undefined);
});

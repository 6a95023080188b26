import { assertEquals } from "@std/assert";
import type { JsonObject } from "../base/json.ts";
import { checkRequiredClaims } from "./required_claims.ts";
import type { RequiredClaim } from "./required_claims.ts";

const rows: readonly [
  why: string,
  claims: JsonObject,
  path: readonly string[],
  type: RequiredClaim["type"],
  code: string | undefined,
][] = [
  [
    "C15 groups that are there",
    { groups: ["a"] },
    ["groups"],
    "strings",
    undefined,
  ],
  [
    "C15 groups as text",
    { groups: "ops" },
    ["groups"],
    "strings",
    "claim_invalid",
  ],
  [
    "C15 a number among groups",
    { groups: ["a", 1] },
    ["groups"],
    "strings",
    "claim_invalid",
  ],
  [
    "C15 groups as null",
    { groups: null },
    ["groups"],
    "strings",
    "claim_invalid",
  ],
  ["C15 text as an array", { org: ["a"] }, ["org"], "string", "claim_invalid"],
  ["C15 a boolean as text", { ok: "true" }, ["ok"], "boolean", "claim_invalid"],
  ["C15 a number as text", { n: "1" }, ["n"], "number", "claim_invalid"],
  ["C15 an object as an array", { o: [] }, ["o"], "object", "claim_invalid"],
  ["C15 nothing", {}, ["groups"], "strings", "claim_missing"],
  ["C16 a nested claim", { a: { b: "x" } }, ["a", "b"], "string", undefined],
  ["C16 a name with a dot", { "a.b": "x" }, ["a.b"], "string", undefined],
  [
    "C16 a name with a dot for a path",
    { "a.b": "x" },
    ["a", "b"],
    "string",
    "claim_missing",
  ],
  [
    "C16 a path for a name with a dot",
    { a: { b: "x" } },
    ["a.b"],
    "string",
    "claim_missing",
  ],
  [
    "C16 a path through text",
    { a: "x" },
    ["a", "length"],
    "number",
    "claim_missing",
  ],
  [
    "C16 a path through an array",
    { a: ["x"] },
    ["a", "0"],
    "string",
    "claim_missing",
  ],
  [
    "A11 a name of Object.prototype",
    {},
    ["constructor", "name"],
    "string",
    "claim_missing",
  ],
];

for (const [why, claims, path, type, code] of rows) {
  Deno.test(`${why}: checkRequiredClaims() says ${code ?? "yes"}`, () => {
    assertEquals(checkRequiredClaims(claims, [{ path, type }])?.code, code);
  });
}

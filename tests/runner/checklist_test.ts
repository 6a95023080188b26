import { assertEquals, assertStringIncludes } from "@std/assert";
import {
  ALL_CODES,
  codesOf,
  describeCoverage,
  lostCodes,
  shorten,
} from "./checklist.ts";

const names: readonly [name: string, codes: readonly string[]][] = [
  ["I4 openXkey() refuses a low-order point", ["I4"]],
  ["A2 A3 decode() refuses it", ["A2", "A3"]],
  ["A2, A3 and B1: decode()", ["A2", "A3", "B1"]],
  ["A1–A3 decode()", ["A1", "A2", "A3"]],
  ["B21-B22 decode()", ["B21", "B22"]],
  ["H11", ["H11"]],
  ["every attack > B4 an empty signature", ["B4"]],
  ["parse() refuses C1 control characters", []],
  ["K14 does not exist", []],
  ["E256 is no code", []],
  ["A1b is no code", []],
];

for (const [name, codes] of names) {
  Deno.test(`codesOf() finds ${codes.join(" ") || "nothing"} in "${name}"`, () => {
    assertEquals(codesOf(name), codes);
  });
}

Deno.test("ALL_CODES has every line of the checklist once", () => {
  assertEquals(ALL_CODES.length, 167);
  assertEquals(new Set(ALL_CODES).size, 167);
});

Deno.test("shorten() joins neighbours of one part", () => {
  assertEquals(shorten(["A1", "A2", "A3", "B1", "B3", "B4"]), "A1–A3 B1 B3 B4");
});

Deno.test("describeCoverage() counts a code once and leaves none out", () => {
  const [have, wait] = describeCoverage(["E1–E5 x", "E1 y", "z"]);
  assertEquals(have, "Checklist: 5 of 167 codes have a test: E1–E5");
  assertStringIncludes(wait ?? "", "162 wait: A1–A14 B1–B22");
});

Deno.test("lostCodes() finds a code without a test, unless it waits for what it is about", () => {
  const names = ["A1–A14", "B1–B22", "C1–C18", "C20–C22", "D1–D18", "E1–E5"];
  const others = ["F1–F16", "G1–G8", "H1–H17", "I1–I22", "J1–J10", "K1–K5"];
  assertEquals(
    lostCodes([...names, ...others, "K8–K10", "K13 x"]),
    ["C19", "K12"],
  );
});

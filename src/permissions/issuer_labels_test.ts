import { assertEquals, assertMatch } from "@std/assert";
import { readIssuerLabels } from "./issuer_labels.ts";
import type { NamedIssuer } from "./issuer_labels.ts";

const lists: readonly [
  why: string,
  named: readonly NamedIssuer[],
  problems: readonly [index: number, problem: RegExp][],
][] = [
  ["one without", [{ issuer: "a" }], []],
  ["one without beside one with", [{ issuer: "a" }, {
    issuer: "b",
    label: "b",
  }], []],
  ["two without", [{ issuer: "a" }, { issuer: "b" }], [[1, /is missing/]]],
  ["three, two of them with one label", [
    { issuer: "a" },
    { issuer: "b", label: "x" },
    { issuer: "c", label: "x" },
  ], [[2, /label of another/]]],
  ["one issuer twice, without", [{ issuer: "a" }, { issuer: "a" }], []],
  ["one issuer twice, labelled once", [
    { issuer: "a" },
    { issuer: "a", label: "a" },
    { issuer: "b" },
  ], []],
  ["one issuer twice, labelled alike", [
    { issuer: "a", label: "a" },
    { issuer: "a", label: "a" },
  ], []],
  ["one issuer with two labels", [
    { issuer: "a", label: "a" },
    { issuer: "a", label: "b" },
  ], [[1, /elsewhere/]]],
  ["a label that is none", [{ issuer: "a", label: "a=" }], [[0, /no label/]]],
  ["an empty label", [{ issuer: "a", label: "" }], [[0, /no label/]]],
];

for (const [why, named, expected] of lists) {
  Deno.test(`C18 readIssuerLabels() judges ${why}`, () => {
    const { problems } = readIssuerLabels(named);
    assertEquals(problems.length, expected.length);
    expected.forEach(([index, problem], place) => {
      assertEquals(problems[place]?.index, index);
      assertMatch(problems[place]?.problem ?? "", problem);
    });
  });
}

Deno.test("C18 readIssuerLabels() knows an issuer's label wherever it was given", () => {
  const { labels } = readIssuerLabels([
    { issuer: "a" },
    { issuer: "b", label: "x" },
    { issuer: "a", label: "y" },
    { issuer: "b" },
  ]);
  assertEquals(Object.fromEntries(labels), { a: "y", b: "x" });
});

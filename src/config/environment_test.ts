import { assertEquals } from "@std/assert";
import type { Json } from "../base/json.ts";
import { fillFromEnvironment, listVariables } from "./environment.ts";

const VALUES: Readonly<Record<string, string>> = {
  NAME: "value",
  EMPTY: "",
  YAML: "x\nadmin: true # {[",
  NESTED: "${NAME}",
  PATTERN: "$& $1 $$ $<name>",
};

function fill(tree: Json): Json {
  return fillFromEnvironment(tree, (name) => VALUES[name]).tree;
}

const filled: [why: string, text: string, result: string][] = [
  ["a variable", "${NAME}", "value"],
  ["a variable among text", "a${NAME}b${NAME}c", "avaluebvaluec"],
  ["a variable that is empty", "${EMPTY}", ""],
  ["a default for one that is not set", "${NONE:-d e:f}", "d e:f"],
  ["a default for one that is empty", "${EMPTY:-d}", "d"],
  ["an empty default", "a${NONE:-}b", "ab"],
  ["no default for one that is set", "${NAME:-d}", "value"],
  [
    "what is meant literally",
    "$${NAME} $$ $NAME {NAME}",
    "${NAME} $$ $NAME {NAME}",
  ],
  ["a value that is YAML, as text", "${YAML}", VALUES["YAML"] ?? ""],
  ["H4 a value that names a variable, once only", "${NESTED}", "${NAME}"],
  [
    "H4 a value with replacement patterns, as it is",
    "${PATTERN}",
    "$& $1 $$ $<name>",
  ],
];

for (const [why, text, result] of filled) {
  Deno.test(`fillFromEnvironment() fills in ${why}`, () => {
    assertEquals(fill({ a: [text] }), { a: [result] });
  });
}

Deno.test("fillFromEnvironment() leaves names, numbers and the shape alone", () => {
  const tree = { "${NAME}": 1, b: [true, null, { c: "x" }] };
  assertEquals(fill(tree), tree);
});

Deno.test("fillFromEnvironment() names each variable that is not set, and its setting", () => {
  const { faults, variables } = fillFromEnvironment(
    { a: { b: ["${NONE}", "${NAME}-${OTHER}"] }, c: "${-}", d: "${NAME" },
    (name) => VALUES[name],
  );
  assertEquals(faults, [
    { at: ["a", "b", 0], name: "NONE" },
    { at: ["a", "b", 1], name: "OTHER" },
    { at: ["c"], name: undefined },
    { at: ["d"], name: undefined },
  ]);
  assertEquals([...variables], [
    ["a.b[0]", [{ name: "NONE", filled: false }]],
    ["a.b[1]", [{ name: "NAME", filled: true }, {
      name: "OTHER",
      filled: false,
    }]],
  ]);
});

Deno.test("listVariables() tells those that hold a secret", () => {
  const { all, secret } = listVariables({
    nats: { nkey_seed: "${F}" },
    callout: {
      signing_key: "${A}",
      signing_key_file: "${B:-x}",
      xkey: "${C:-}",
    },
    issuers: [{ shared_secrets: [{ secret: "${D}", secret_file: "${E}" }] }],
  });
  assertEquals([...all], ["F", "A", "B", "C", "D", "E"]);
  assertEquals([...secret], ["F", "A", "C", "D"]);
});

import { assertEquals } from "@std/assert";
import { parse } from "@std/dotenv";

const files: readonly [
  what: string,
  text: string,
  expected: Readonly<Record<string, string>>,
][] = [
  ["plain values", "A=1\nB=two words\n", { A: "1", B: "two words" }],
  ["comments and empty lines", "# c\n\nA=1 # c\n", { A: "1" }],
  ["an empty value", "A=\nB=1", { A: "", B: "1" }],
  ["the word export", "export A=1", { A: "1" }],
  ["Windows line ends", "A=1\r\nB=2\r\n", { A: "1", B: "2" }],
  ["quotes of both kinds", `A="x # y"\nB='x # y'`, {
    A: "x # y",
    B: "x # y",
  }],
  ["a line end in double quotes", String.raw`A="x\ny"`, { A: "x\ny" }],
  ["more than one line in quotes", `A="x\ny"`, { A: "x\ny" }],
  ["an equals sign in a value", "A=b=c", { A: "b=c" }],
  ["a reference to another line", "A=1\nB=${A}2", { A: "1", B: "12" }],
  ["a reference without braces", "A=1\nB=$A", { A: "1", B: "1" }],
  ["a default", "B=${NOT_SET_ANYWHERE:-4222}", { B: "4222" }],
  ["a reference in single quotes", "A=1\nB='${A}'", { A: "1", B: "${A}" }],
];

for (const [what, text, expected] of files) {
  Deno.test(`parse() of @std/dotenv reads ${what}`, () => {
    assertEquals({ ...parse(text) }, expected);
  });
}

Deno.test("parse() of @std/dotenv looks in the environment for what the file does not name", () => {
  Deno.env.set("DOTENV_TEST_HOST", "example.org");
  try {
    assertEquals({ ...parse("URL=nats://${DOTENV_TEST_HOST}:4222") }, {
      URL: "nats://example.org:4222",
    });
  } finally {
    Deno.env.delete("DOTENV_TEST_HOST");
  }
});

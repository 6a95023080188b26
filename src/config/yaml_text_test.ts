import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertMatch,
} from "@std/assert";
import { CONFIG_CHARS_MAX, readYaml, YamlFault } from "./yaml_text.ts";

const BOMB = `a: &a [x,x,x,x,x,x,x,x,x]
b: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]
c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]
d: [*c,*c,*c,*c,*c,*c,*c,*c,*c]`;

const refused: [why: string, text: string, path: string, problem: RegExp][] = [
  [
    "K8 a name that stands twice",
    "a: 1\nb: 2\na: 3",
    "line 3, column 1",
    /already stands/,
  ],
  [
    "K8 an escaped name that stands twice",
    'a: 1\n"\\u0061": 2',
    "line 2, column 1",
    /already/,
  ],
  ["a tab", "a:\n\tb: 1", "line 2, column 1", /tab/],
  ["an open quote", 'a: "x', "line 1, column 6", /closing quote/],
  ["a reserved character", "a: @x", "line 1, column 4", /meaning in YAML/],
  [
    "a second document",
    "a: 1\n---\nb: 1",
    "line 2, column 1",
    /second document/,
  ],
  ["a name that is a list", "? [a]\n: 1", "line 1, column 3", /not text/],
  ["an alias", "a: &x 1\nb: *x", "line 1, column 7", /alias/],
  ["a bomb of aliases", BOMB, "line 1, column 7", /alias/],
  ["an anchor", "a: &x 1", "line 1, column 7", /anchor/],
  ["a tag", "a: !!binary aGk=", "line 1, column 13", /tag/],
  ["a tag of a language", "a: !!js/function x", "line 1, column 4", /tag/],
  [
    "ten thousand brackets",
    `a: ${"[".repeat(10_000)}`,
    "",
    /nested too deep|lacks a closing/,
  ],
  [
    "a text that is too long",
    " ".repeat(CONFIG_CHARS_MAX + 1),
    "the file",
    /longer/,
  ],
];

for (const [why, text, path, problem] of refused) {
  Deno.test(`readYaml() refuses ${why}`, () => {
    const fault = readYaml(text);
    assertInstanceOf(fault, YamlFault);
    const [issue] = fault.issues;
    if (path !== "") assertEquals(issue?.path, path);
    assert(problem.test(issue?.problem ?? ""), issue?.problem);
    assert(fault.issues.length <= 5);
  });
}

for (
  const [grant, column] of [
    ["{ publish: users.${sub}.>, subscribe: news.${sub}.> }", 30],
    ["{ publish: [users.${sub}.>] }", 31],
  ] as const
) {
  Deno.test(`readYaml() says once a line that a placeholder needs quotes: ${grant}`, () => {
    const fault = readYaml(`rules:\n  - grant: ${grant}`);
    assertInstanceOf(fault, YamlFault);
    const [issue, ...others] = fault.issues;
    assertEquals(others, []);
    assertEquals(issue?.path, `line 2, column ${column}`);
    assert(
      issue?.remedy.includes('quotes, as in "users.${sub}.>"'),
      issue?.remedy,
    );
  });
}

for (
  const [value, problem] of [
    ["*", /alias/],
    ["*.news", /alias/],
    ["[*]", /alias/],
    ["[>]", /meaning in YAML/],
    [">.news", /not YAML/],
  ] as const
) {
  Deno.test(`readYaml() says that a wildcard at the beginning needs quotes: ${value}`, () => {
    const fault = readYaml(`publish: ${value}`);
    assertInstanceOf(fault, YamlFault);
    const [issue, ...others] = fault.issues;
    assertEquals(others, []);
    assertMatch(issue?.problem ?? "", problem);
    assertMatch(issue?.remedy ?? "", /quotes, as in "/);
  });
}

Deno.test("readYaml() reads YAML 1.2: yes is text, numbers are decimal", () => {
  assertEquals(
    readYaml(
      "a: yes\nb: 010\nc: ~\nd: 'x'\ne: on\n__proto__: { x: 1 }\n<<: { f: 1 }",
    ),
    {
      a: "yes",
      b: 10,
      c: null,
      d: "x",
      e: "on",
      ["__proto__"]: { x: 1 },
      "<<": { f: 1 },
    },
  );
  assertEquals(readYaml("# nothing"), null);
});

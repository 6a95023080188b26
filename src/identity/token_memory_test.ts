import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { configurationName } from "../../tests/fixtures/configuration_name.ts";
import { rejected } from "../base/outcome.ts";
import { monotonicClock } from "../base/time.ts";
import { TokenMemory } from "./token_memory.ts";
import type { Vouched } from "./token_memory.ts";

function memory(): TokenMemory<string> {
  return new TokenMemory<string>({}, monotonicClock);
}

function vouched(content: string): Vouched<string> {
  return { kind: "vouched", content, bytes: 200, secondsMax: 60 };
}

Deno.test("F7 a token's name is a keyed hash: it differs between endpoints and processes, and shows nothing of the token", () => {
  const one = memory();
  const other = memory();
  const name = one.nameOf("token", []);
  assertEquals(name, one.nameOf("token", []));
  assertNotEquals(name, other.nameOf("token", []));
  assertEquals(name.length, 44);
  assert(!Deno.inspect(one, { depth: 9, showHidden: true }).includes("token:"));
});

const pairs: readonly [
  readonly [string, readonly string[]],
  readonly [string, readonly string[]],
][] = [
  [["ab", ["c"]], ["a", ["bc"]]],
  [["a", ["b", "c"]], ["a", ["bc"]]],
  [["a", ["b", ""]], ["a", ["b"]]],
  [["a", ["", "b"]], ["a", ["b", ""]]],
  [["1:a", []], ["1", ["a"]]],
  [["é", ["x"]], ["e", ["́x"]]],
];

for (const [[token, facts], [otherToken, otherFacts]] of pairs) {
  Deno.test(`F7 ${JSON.stringify([token, facts])} and ${JSON.stringify([otherToken, otherFacts])} never share a name`, () => {
    const one = memory();
    assertNotEquals(
      one.nameOf(token, facts),
      one.nameOf(otherToken, otherFacts),
    );
  });
}

Deno.test("F9 random tokens, asked about over HTTP, push out none that is good and take no memory", async () => {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      "--no-check",
      "-A",
      "--v8-flags=--expose-gc",
      `--config=${configurationName()}`,
      "tests/fixtures/random_tokens.ts",
      // Three times what is remembered; the bench has the million.
      "30000",
    ],
    stderr: "inherit",
  }).output();
  const { grownMib, kept, refused } = JSON.parse(
    new TextDecoder().decode(stdout),
  );
  assertEquals([kept, refused], [1000, 30_000]);
  assert(grownMib < 5, `${grownMib} MiB`);
});

Deno.test("F9 what is remembered is bounded in number and in bytes", () => {
  const remembered = memory();
  for (let count = 0; count < 50_000; count++) {
    remembered.remember(remembered.nameOf(`t${count}`, []), vouched("x"));
  }
  assertEquals(remembered.size.vouched, 10_000);
  for (let count = 0; count < 1000; count++) {
    const large = { ...vouched("x"), bytes: 256 * 1024 };
    remembered.remember(remembered.nameOf(`large${count}`, []), large);
  }
  assert(remembered.size.vouched <= 64);
  for (
    const [chars, kept] of [[100, 10_000], [8_192, 499], [2 ** 26, 1]] as const
  ) {
    const refusal = rejected("claim_invalid", "x".repeat(chars));
    for (let count = 0; count < 20_000; count++) {
      remembered.refuse(remembered.nameOf(`bad${count}`, []), refusal, 60);
    }
    assertEquals(remembered.size.refusals, kept);
  }
});

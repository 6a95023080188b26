/**
 * `deno task api-token` as it is run: what is printed where, and what it leaves.
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { type CommandResult, runMain } from "../fixtures/command.ts";

function command(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<CommandResult> {
  return runMain(["api-token", ...args], {
    environment: { NO_COLOR: "1", ...environment },
    permissions: ["--allow-env", "--allow-read", "--allow-write"],
  });
}

Deno.test("G1 a token is made, listed and disabled; it is shown once, alone on standard output", async () => {
  const folder = await Deno.makeTempDir();
  const configuration = `${folder}/callout.yaml`;
  const file = `${folder}/tokens.json`;
  await Deno.writeTextFile(configuration, `api_tokens: { file: ${file} }\n`);
  const environment = { CALLOUT_CONFIG: configuration };
  try {
    const none = await command(["list"], environment);
    assertEquals([none.code, none.stdout], [0, ""]);
    assertMatch(none.stderr, /^There is no token in \S+tokens\.json yet\.$/m);
    const made = await command(
      ["add", "--sub", "sensor-17", "--ttl", "90d", "--claim", "site=north"],
      environment,
    );
    assertEquals(made.code, 0, made.stderr);
    const token = made.stdout.trimEnd();
    assertMatch(token, /^nct_[a-z2-7]{16}\.[\w-]{43}$/);
    const [id = "", secret = ""] = token.split(".");
    assert(!made.stderr.includes(secret) && made.stderr.includes(id));
    assert(!(await Deno.readTextFile(file)).includes(secret));

    const listed = await command(["list"], environment);
    assertMatch(listed.stdout, new RegExp(`^${id}  good +20.*"sensor-17"`));
    assertEquals((await command(["disable", id], environment)).code, 0);
    const again = await command(["list"], environment);
    assertMatch(again.stdout, new RegExp(`^${id}  disabled`));
    assertEquals((await command(["disable", "nct_x"], environment)).code, 1);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

const wrong: readonly [
  why: string,
  args: readonly string[],
  problem: RegExp,
][] = [
  ["nothing", [], /add, list or disable/],
  ["no sub", ["add"], /--sub/],
  ["a time that is none", ["add", "--sub", "a", "--ttl", "long"], /--ttl/],
  ["eleven years", ["add", "--sub", "a", "--ttl", "4018d"], /ten years/],
  [
    "a claim of its own",
    ["add", "--sub", "a", "--claim", "iss=x"],
    /--claim cannot set iss/,
  ],
  ["no id", ["disable"], /Which token/],
  ["no file", ["list"], /Which file/],
];

for (const [why, args, problem] of wrong) {
  Deno.test(`api-token with ${why} says what is missing, and ends with 2`, async () => {
    const file = why === "no file" ? [] : ["--file", "never-written.json"];
    const { code, stderr, stdout } = await command([...args, ...file]);
    assertEquals([code, stdout], [2, ""]);
    assertMatch(stderr, problem);
  });
}

/**
 * `deno task token` as it is used: in a process, its output in `$(…)`.
 */
import {
  assertEquals,
  assertFalse,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { Buffer } from "node:buffer";
import { type CommandResult, runToEnd } from "../fixtures/command.ts";
import { withFreePath } from "../fixtures/free_path.ts";

function token(folder: string, ...args: string[]): Promise<CommandResult> {
  return runToEnd(Deno.execPath(), {
    args: ["task", "--quiet", "token", ...args],
    env: { "DEV_ISSUER_DIR": folder },
  });
}

Deno.test("token: prints the token and nothing else", async () => {
  await withFreePath(async (folder) => {
    const { code, stdout, stderr } = await token(
      folder,
      "--init",
      "--sub=alice",
      "--ttl=15m",
      "--audience=elsewhere",
      "--claim=team=red",
      "--claim=level=7",
      '--claim=roles=["a","b"]',
      "--claim=formula=a=b",
    );
    assertEquals([code, stderr], [0, ""]);
    assertMatch(stdout, /^[\w-]+\.[\w-]+\.[\w-]+\n$/);
    const payload = stdout.split(".")[1] ?? "";
    const { iat, exp, jti: _, ...claims } = JSON.parse(
      Buffer.from(payload, "base64url").toString(),
    );
    assertEquals(exp - iat, 900);
    assertEquals(claims, {
      iss: "urn:nats-auth-callout:development",
      sub: "alice",
      aud: "elsewhere",
      team: "red",
      level: 7,
      roles: ["a", "b"],
      formula: "a=b",
    });
  });
});

Deno.test("token: without an issuer it says how to get one", async () => {
  await withFreePath(async (folder) => {
    const { code, stdout, stderr } = await token(folder, "--sub=alice");
    assertEquals([code, stdout], [1, ""]);
    assertStringIncludes(stderr, "--init");
  });
});

const wrongUsage: [why: string, args: string[], words: string][] = [
  ["without a sub", [], "--sub alice"],
  ["with an empty sub", ["--sub="], "--sub alice"],
  ["with a lifetime without a unit", ["--sub=a", "--ttl=60"], "--ttl"],
  ["with a lifetime that the service refuses", ["--sub=a", "--ttl=31d"], "30d"],
  ["with a lifetime of nothing", ["--sub=a", "--ttl=0s"], "--ttl"],
  ["with a claim without a value", ["--sub=a", "--claim=team"], "--claim"],
  ["with a claim that is the issuer's", ["--sub=a", "--claim=exp=1"], "exp"],
  ["with an option that is not there", ["--subject=a"], "--subject"],
];

for (const [why, args, words] of wrongUsage) {
  Deno.test(`token: refuses to run ${why}`, async () => {
    await withFreePath(async (folder) => {
      const { code, stdout, stderr } = await token(folder, ...args);
      assertEquals([code, stdout], [2, ""]);
      assertStringIncludes(stderr, words);
      assertEquals(stderr.trim().split("\n").length, 1);
    });
  });
}

Deno.test("J1 token: does not repeat an argument that may be a token", async () => {
  await withFreePath(async (folder) => {
    const { code, stdout, stderr } = await token(folder, "canary-token");
    assertEquals([code, stdout], [2, ""]);
    assertFalse(stderr.includes("canary"));
  });
});

/**
 * `check --sentinel`: the user that is anybody until it has been called out must
 * not be allowed anything.
 */
import { decode } from "@nats-io/jwt";
import { assertEquals } from "@std/assert";
import type { JsonObject } from "../../src/base/json.ts";
import { systemClock } from "../../src/base/time.ts";
import { judgeSentinel } from "../../src/cli/sentinel_findings.ts";
import { encodeNatsJwt } from "../../src/nats_jwt/codec.ts";
import { signingKeyFromSeed } from "../../src/nats_jwt/nkeys.ts";
import { runMain } from "../fixtures/command.ts";
import { createKey } from "../fixtures/config_scene.ts";
import { openClient } from "../fixtures/nats_client.ts";
import { startService } from "../fixtures/service.ts";
import { startStack, type TestStack } from "../fixtures/stack.ts";

Deno.test("N10 check sees a sentinel that may do something", async () => {
  await using stack = await startStack();
  const { calloutAccount, calloutCreds, sentinelJwt } = stack.operator;
  const judge = (
    jwt: string,
    account: string,
    authUsers: readonly string[] | undefined,
  ): readonly string[] =>
    judgeSentinel(decode(jwt) as unknown as JsonObject, {
      calloutAccount: account,
      authUsers,
      now: systemClock(),
    }).filter(({ verdict }) => verdict === "wrong").map(({ where }) => where);
  assertEquals(judge(sentinelJwt, calloutAccount.publicKey, []), []);
  const user = /eyJ[^\s]+/.exec(calloutCreds.reveal())?.[0] ?? "";
  const { sub } = decode(user);
  assertEquals(judge(user, calloutAccount.publicKey, [sub]), [
    "sentinel, permissions",
    "sentinel, bearer",
    "sentinel, auth_users",
  ]);
  assertEquals(judge(sentinelJwt, "A", undefined), ["sentinel, account"]);
});

/** A user of AUTH that needs no seed, as a sentinel does, and may do everything. */
function openSentinel({ operator: { calloutAccount } }: TestStack): string {
  return encodeNatsJwt({
    "sub": createKey("user").publicKey,
    "name": "sentinel",
    "iat": Math.floor(Date.now() / 1000),
    "nats": {
      "type": "user",
      "version": 2,
      "issuer_account": calloutAccount.publicKey,
      "bearer_token": true,
      "subs": -1,
      "data": -1,
      "payload": -1,
    },
  }, signingKeyFromSeed(calloutAccount.signingSeed, "account"));
}

Deno.test("N10 check finds a sentinel that may do something, in the configuration that a server runs with", async () => {
  await using stack = await startStack();
  const file = `${stack.server.folder}/nats-server.conf`;
  const { sentinelJwt } = stack.operator;
  const text = await Deno.readTextFile(file);
  const spoiled = openSentinel(stack);
  await Deno.writeTextFile(file, text.replaceAll(sentinelJwt, spoiled));
  stack.server.signal("SIGHUP");
  await using _service = await startService(await stack.config());
  const client = await openClient(stack, await stack.token("alice"));
  const args = ["check", "--server", stack.monitoringUrl, "--sentinel"];
  for (const [name, input] of [[file, ""], ["-", spoiled]] as const) {
    const { code, stdout } = await runMain([...args, name], {
      environment: stack.environment,
      permissions: ["--allow-env", "--allow-read", "--allow-net"],
      input,
    });
    assertEquals(code, 1, stdout);
    assertEquals(
      stdout.split("\n").filter((line) => line.startsWith("✗")),
      [
        "✗ sentinel, permissions: not everything is denied: whoever is not called out may use it",
      ],
    );
  }
  await client.close();
});

Deno.test("check says that there is no sentinel without an operator", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/callout.yaml`;
  const issuer = createKey("account");
  const settings = {
    nats: {
      mode: "server_configuration",
      "nkey_seed": createKey("user").seed,
    },
    callout: {
      account: issuer.publicKey,
      "signing_key": issuer.seed,
      xkey: createKey("curve").seed,
    },
    accounts: [{ name: "APP" }],
    "api_tokens": { file: `${folder}/tokens.json` },
  };
  await Deno.writeTextFile(
    `${folder}/tokens.json`,
    '{ "version": 1, "tokens": [] }',
    {
      mode: 0o600,
    },
  );
  await Deno.writeTextFile(path, JSON.stringify(settings), { mode: 0o600 });
  for (
    const [args, expected] of [[[], 0], [["--sentinel", path], 2]] as const
  ) {
    const { code, stdout, stderr } = await runMain(["check", ...args], {
      environment: { "CALLOUT_CONFIG": path },
      permissions: ["--allow-env", "--allow-read"],
    });
    assertEquals(code, expected, stdout + stderr);
    assertEquals(
      stderr.includes("there is none without an operator"),
      code === 2,
    );
  }
  await Deno.remove(folder, { recursive: true });
});

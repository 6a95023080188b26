/**
 * `explain` and `rules:test` as programs: they say what the service does, and
 * nothing that is secret.
 */
import {
  assert,
  assertEquals,
  assertFalse,
  assertStringIncludes,
} from "@std/assert";
import { runMain } from "../fixtures/command.ts";
import { openClient } from "../fixtures/nats_client.ts";
import { startService } from "../fixtures/service.ts";
import { startStack, type TestStack } from "../fixtures/stack.ts";

const EXPLAIN = ["--allow-env", "--allow-read", "--allow-net"];
const RULES_TEST = ["--allow-env", "--allow-read"];

function explain(
  stack: TestStack,
  args: readonly string[],
  input?: string,
): ReturnType<typeof runMain> {
  return runMain(["explain", ...args], {
    environment: stack.environment,
    permissions: EXPLAIN,
    ...(input === undefined ? {} : { input }),
  });
}

Deno.test("explain says of a token what the service does with it", async () => {
  await using stack = await startStack();
  await using service = await startService(await stack.config());
  const tokens: [why: string, token: string][] = [
    ["a good one", await stack.token("alice")],
    [
      "one of another audience",
      await stack.token("alice", { audience: "other" }),
    ],
    ["an expired one", await stack.token("alice", { ttlSeconds: -600 })],
    ["no token at all", "not a token"],
    ["a forged one", `${(await stack.token("alice")).slice(0, -4)}AAAA`],
  ];
  for (const [why, token] of tokens) {
    try {
      await (await openClient(stack, token)).close();
    } catch {
      // Refused: what it was refused with is in the service's log.
    }
    const decided = service.lines.at(-1)?.code;
    const { code, stdout } = await explain(stack, ["--token", token, "--json"]);
    const explained = JSON.parse(stdout);
    assertEquals(
      explained.outcome === "granted" ? "granted" : explained.code,
      decided,
      why,
    );
    assertEquals(code, decided === "granted" ? 0 : 1, why);
  }
});

Deno.test("J1 explain signs nothing and prints no secret", async () => {
  await using stack = await startStack();
  const token = await stack.token("alice", {
    claims: { email: "canary@example.com" },
  });
  const secrets = [
    ...["NATS_ACCOUNT_SECRET", "CALLOUT_SIGNING_KEY", "CALLOUT_XKEY"].map((
      name,
    ) => stack.environment[name] ?? ""),
    ...token.split("."),
    "canary",
  ];
  for (const args of [["--token", "-"], ["--token", "-", "--json"]]) {
    const { code, stderr, stdout } = await explain(stack, args, `${token}\n`);
    assertEquals(code, 0, stderr);
    assertStringIncludes(stdout, "users.alice.>");
    for (const secret of secrets) {
      assert(secret.length > 4);
      assertFalse(
        stdout.includes(secret) || stderr.includes(secret),
        args.join(" "),
      );
    }
    assertFalse(/eyJ/.test(stdout));
  }
});

Deno.test("explain tells wrong usage in one line", async () => {
  await using stack = await startStack();
  const rows: [args: readonly string[], problem: string][] = [
    [[], "Give either --token or --claims"],
    [["--token", "a", "--claims", "{}"], "Give either --token or --claims"],
    [["--claims", "{"], "--claims is not JSON"],
    [["--claims", "{}"], "--claims must hold a sub"],
    [["--claims", '{"sub":"a"}', "--kind", "x"], "--kind must be one of"],
    [["--claims", '{"sub":"a"}', "--at", "noon"], "--at must be a time"],
    [
      ["--claims", '{"sub":"a"}', "--source", "x"],
      "--source must be an address",
    ],
    [
      ["--claims", '{"sub":"a"}', "--kind", "webhook"],
      "--kind must be one that is configured: jwt",
    ],
    [["--token", "a", "--issuer", "b"], "go with --claims"],
  ];
  for (const [args, problem] of rows) {
    const { code, stderr, stdout } = await explain(stack, args);
    assertEquals([code, stdout], [2, ""], args.join(" "));
    assertStringIncludes(stderr, problem);
    assertEquals(stderr.trim().split("\n").length, 1);
  }
});

Deno.test("explain --claims refuses what the service refuses", async () => {
  await using stack = await startStack();
  const rows: [claims: string, args: readonly string[], code: string][] = [
    ['{"sub":"x"}', [], "granted"],
    ['{"sub":"x","exp":1}', [], "bearer_token_expired"],
    [
      '{"sub":"x"}',
      ["--connection", "leafnode"],
      "connection_type_not_allowed",
    ],
    ['{"sub":"x"}', ["--issuer", "https://x"], "issuer_untrusted"],
    ['{"sub":"x","iss":"https://x"}', [], "issuer_untrusted"],
  ];
  for (const [claims, args, expected] of rows) {
    const { code, stdout } = await explain(stack, [
      "--claims",
      claims,
      ...args,
      "--json",
    ]);
    const explained = JSON.parse(stdout);
    assertEquals(explained.code ?? explained.outcome, expected, claims);
    assertEquals(code, expected === "granted" ? 0 : 1);
  }
});

Deno.test("explain --claims and rules:test need nothing but the configuration", async () => {
  const claims = '{"sub":"> q"}';
  const explained = await runMain(["explain", "--claims", claims], {
    permissions: RULES_TEST,
  });
  assertEquals(explained.code, 0, explained.stderr);
  assertStringIncludes(explained.stdout, "users.=PiBx.>");
  for (
    const environment of [
      {},
      { OIDC_ISSUER: "https://login.example.org", NATS_ACCOUNT: "USERS" },
      { DEV_ISSUER_JWKS_FILE: "not/there.json" },
    ]
  ) {
    const tested = await runMain(["rules:test"], {
      environment,
      permissions: RULES_TEST,
    });
    assertEquals(tested.code, 0, tested.stdout + tested.stderr);
    assertStringIncludes(tested.stdout, "3 passed, 0 failed");
  }
});

Deno.test("rules:test says which test failed and why, and ends with 1", async () => {
  const file = await Deno.makeTempFile({ suffix: ".yaml" });
  try {
    await Deno.writeTextFile(
      file,
      `tests:
  - { name: too much, issuer: https://id.example.com, claims: { sub: alice }, expect: { may_publish: [users.bob.a] } }
  - { name: right, issuer: https://id.example.com, claims: { sub: alice }, expect: { rule: own_subtree } }
`,
    );
    const { code, stdout } = await runMain(["rules:test", "--file", file], {
      permissions: RULES_TEST,
    });
    assertEquals(code, 1);
    assertStringIncludes(
      stdout,
      "✗ too much\n    may publish users.bob.a: no, expected yes\n✓ right",
    );
    assertStringIncludes(stdout, "1 passed, 1 failed");
    const missing = await runMain(["rules:test", "--file", "not/there.yaml"], {
      permissions: RULES_TEST,
    });
    assertEquals(missing.code, 2);
    assertStringIncludes(missing.stderr, "not/there.yaml");
    assertStringIncludes(
      missing.stderr,
      "or begin with a copy of config/rules.test.yaml; docs/RULES.md explains it",
    );
  } finally {
    await Deno.remove(file);
  }
});

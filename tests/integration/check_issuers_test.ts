/**
 * `check --issuers` with issuers of all kinds, as docs/TOKENS.md configures them:
 * as they should be, and each not so.
 */
import {
  assert,
  assertEquals,
  assertFalse,
  assertStringIncludes,
} from "@std/assert";
import { json } from "../fixtures/asked_server.ts";
import { type CommandResult, runMain } from "../fixtures/command.ts";
import {
  type Counterparts,
  counterpartsConfiguration,
  startCounterparts,
} from "../fixtures/documented_counterparts.ts";
import { startStack, type TestStack } from "../fixtures/stack.ts";

interface Scene extends AsyncDisposable {
  readonly counterparts: Counterparts;
  check(
    args: readonly string[],
    variables?: Readonly<Record<string, string>>,
  ): Promise<CommandResult>;
}

/** What they hold must be printed nowhere. */
const SECRET_VARIABLES = [
  "NATS_ACCOUNT_SECRET",
  "CALLOUT_SIGNING_KEY",
  "CALLOUT_XKEY",
  "SHOP_SECRET",
  "INTROSPECTION_SECRET",
  "WEBHOOK_SECRET",
];

async function startScene(stack: TestStack): Promise<Scene> {
  const counterparts = await startCounterparts(Math.floor(Date.now() / 1000));
  const file = `${counterparts.folder}/callout.yaml`;
  await Deno.writeTextFile(file, await counterpartsConfiguration(counterparts));
  return {
    counterparts,
    async check(args, variables = {}): Promise<CommandResult> {
      const environment: Readonly<Record<string, string>> = {
        ...stack.environment,
        ...counterparts.variables,
        ...variables,
        CALLOUT_CONFIG: file,
      };
      const result = await runMain(["check", ...args], {
        environment,
        permissions: ["--allow-env", "--allow-read", "--allow-net"],
      });
      const printed = result.stdout + result.stderr;
      const secrets = [
        ...SECRET_VARIABLES.map((name) => environment[name]),
        counterparts.cluster.ownToken,
      ];
      for (const secret of secrets) {
        assert(secret !== undefined && secret !== "");
        assertFalse(printed.includes(secret), printed);
      }
      return result;
    },
    [Symbol.asyncDispose]: () => counterparts[Symbol.asyncDispose](),
  };
}

/** The lines about whoever was asked, with the marks that they begin with. */
function linesOf({ stdout }: CommandResult): readonly string[] {
  return stdout.split("\n").filter((line) =>
    /^\S (?:issuers?|introspection|webhook|kubernetes|tokens)\b/.test(line)
  );
}

Deno.test("check --issuers finds nothing wrong with issuers of all kinds that are as they should be", async () => {
  await using stack = await startStack();
  await using scene = await startScene(stack);
  const { cluster, issuer, opaque } = scene.counterparts;
  const result = await scene.check(["--issuers"]);
  assertEquals(result.code, 0, result.stdout + result.stderr);
  assertEquals(linesOf(result), [
    `✓ issuer ${issuer.origin}, keys: 1 can be used, for RS256`,
    `✓ issuer ${issuer.origin}, userinfo: answers, and refuses a made-up token`,
    `✓ introspection ${opaque.origin}: answers, and refuses a made-up token`,
    "✓ webhook urn:nats-auth-callout:webhook: answers, and refuses a made-up token",
    "✓ kubernetes https://kubernetes.default.svc.cluster.local, keys: 1 can be used, for RS256",
    "? tokens: not checked: no user's token was sent; whether audience, scopes and claims are as configured, only one shows",
  ]);
  assertStringIncludes(result.stdout, "\n    -> deno task explain --token -\n");
  assertEquals(cluster.asked, [
    "/.well-known/openid-configuration",
    "/openid/v1/jwks",
  ]);
});

Deno.test("check --issuers fails if any of them cannot be used, and tells of each", async () => {
  await using stack = await startStack();
  await using scene = await startScene(stack);
  const { cluster, issuer, opaque } = scene.counterparts;
  issuer.answer = () => json({}, { status: 404 });
  cluster.knowsNobody = true;
  const result = await scene.check(["--issuers"], {
    INTROSPECTION_SECRET: "another-introspection-secret",
    WEBHOOK_SECRET: `whsec_${btoa("another-webhook-secret-of-32-byte")}`,
  });
  assertEquals(result.code, 1, result.stdout + result.stderr);
  const marks = linesOf(result).map((line) => line.split(": ")[0]);
  assertEquals(marks, [
    `✗ issuer ${issuer.origin}, keys`,
    `✗ issuer ${issuer.origin}, userinfo`,
    `✗ introspection ${opaque.origin}`,
    "✗ webhook urn:nats-auth-callout:webhook",
    "✗ kubernetes https://kubernetes.default.svc.cluster.local, keys",
    "? tokens",
  ]);
  for (const remedy of ["compare client.id", "compare secrets"]) {
    assertStringIncludes(result.stdout, `\n    -> ${remedy}`);
  }
});

Deno.test("check asks no issuer unless it is told to, and says so", async () => {
  await using stack = await startStack();
  await using scene = await startScene(stack);
  const result = await scene.check([]);
  assertEquals(result.code, 0, result.stdout + result.stderr);
  assertEquals(linesOf(result), [
    "? issuers: not checked: nobody was asked for keys, or about tokens",
  ]);
  assertStringIncludes(result.stdout, "\n    -> add --issuers\n");
  assertEquals(scene.counterparts.issuer.asked, []);
  assertEquals(scene.counterparts.cluster.asked, []);
});

Deno.test("docs/TOKENS.md shows what check says of issuers", async () => {
  await using stack = await startStack();
  await using scene = await startScene(stack);
  const { issuer, opaque } = scene.counterparts;
  const { stdout } = await scene.check(["--issuers"], {
    INTROSPECTION_SECRET: "another-introspection-secret",
  });
  const said = stdout
    .replaceAll(issuer.origin, "https://id.example.com")
    .replaceAll(opaque.origin, "https://opaque.example.com");
  const shown = /^```\n(✓ issuer [^]*?)^```$/m.exec(
    await Deno.readTextFile("docs/TOKENS.md"),
  )?.[1];
  assert(shown !== undefined);
  assertStringIncludes(said, shown);
});

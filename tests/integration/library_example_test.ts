/**
 * The example of the documentation, in a process of its own.
 */
import { PermissionViolationError } from "@nats-io/nats-core";
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
} from "@std/assert";
import { createCreds, createKey } from "../fixtures/config_scene.ts";
import { configurationName } from "../fixtures/configuration_name.ts";
import {
  openClient,
  reaches,
  subscribeProblem,
} from "../fixtures/nats_client.ts";
import { startPlainServer } from "../fixtures/plain_server.ts";
import { startStack } from "../fixtures/stack.ts";

const EXAMPLE = "docs/examples/own_service.ts";

interface Example extends AsyncDisposable {
  /** All that it has written so far. */
  said(): string;
  /** Resolves when it has said that. */
  waitFor(text: string): Promise<void>;
  stop(): void;
  /** Resolves when it has ended and everything that it wrote has been read. */
  readonly exitCode: Promise<number>;
}

function startExample(environment: Readonly<Record<string, string>>): Example {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-q",
      "-A",
      "--config",
      configurationName(),
      EXAMPLE,
    ],
    env: environment,
    stdout: "piped",
  }).spawn();
  let said = "";
  let grown = Promise.withResolvers<void>();
  async function read(): Promise<void> {
    const output = child.stdout.pipeThrough(new TextDecoderStream());
    for await (const text of output) {
      said += text;
      grown.resolve();
      grown = Promise.withResolvers();
    }
    grown.resolve();
  }
  const reading = read();
  let ended = false;
  const exitCode = child.status.then(async ({ code }) => {
    ended = true;
    await reading;
    return code;
  });
  return {
    said: () => said,
    exitCode,
    async waitFor(text): Promise<void> {
      while (!said.includes(text)) {
        assert(!ended, said);
        await grown.promise;
      }
    },
    stop: () => child.kill("SIGTERM"),
    async [Symbol.asyncDispose](): Promise<void> {
      if (!ended) child.kill("SIGKILL");
      await exitCode;
    },
  };
}

Deno.test("the example of the library has 20 lines of code at most", async () => {
  const text = await Deno.readTextFile(EXAMPLE);
  const lines = text.replaceAll(/\/\*\*[^]*?\*\//g, "").split("\n")
    .filter((line) => line.trim() !== "" && !line.startsWith("//"));
  assert(lines.length <= 20, lines.join("\n"));
});

Deno.test("the README shows the example of the library as it is", async () => {
  const example = await Deno.readTextFile(EXAMPLE);
  const service = /^const service = [^]*?^\}\);$/m.exec(example)?.[0];
  assert(service !== undefined);
  const readme = await Deno.readTextFile("README.md");
  assert(readme.includes(`\`\`\`ts\n${service}\n\`\`\``));
});

const READY = "ready: requests are taken";

Deno.test("the example of the library lets its users in, and nobody else", async () => {
  await using stack = await startStack();
  await using example = startExample(stack.environment);
  await example.waitFor(READY);
  const alice = await openClient(stack, "token-of-alice");
  assert(await reaches(alice, alice, "users.alice.a", "users.alice.>"));
  assertInstanceOf(
    await subscribeProblem(alice, "users.bob.>"),
    PermissionViolationError,
  );
  await alice.close();
  await assertRejects(
    () => openClient(stack, "token-of-carol"),
    Error,
    "Authorization Violation",
  );
  example.stop();
  assertEquals(await example.exitCode, 0);
});

Deno.test("J5 the example of the library loses no line and no count of its log when it is stopped", async () => {
  await using stack = await startStack();
  await using example = startExample(stack.environment);
  await example.waitFor(READY);
  const strangers = 150;
  const attempts = Array.from(
    { length: strangers },
    () => assertRejects(() => openClient(stack, "token-of-carol")),
  );
  await Promise.all(attempts);
  example.stop();
  assertEquals(await example.exitCode, 0);

  const lines = example.said().trim().split("\n").map((line) =>
    JSON.parse(line)
  );
  const refusals = lines
    .filter(({ message }) => message === "client refused")
    .reduce((count, { suppressed = 1 }) => count + suppressed, 0);
  assertEquals(refusals, strangers);
  assert(lines.some(({ message }) => message.startsWith("stopping")));
});

Deno.test("the example of the library ends, and not with 0, when NATS takes its subscription away", async () => {
  await using server = await startPlainServer(permitting(">"));
  const account = createKey("account");
  const credsFile = await Deno.makeTempFile();
  await Deno.writeTextFile(credsFile, createCreds(account.publicKey));
  await using example = startExample({
    NATS_URL: server.natsUrl,
    CALLOUT_CREDS_FILE: credsFile,
    CALLOUT_ACCOUNT_KEY: account.publicKey,
    CALLOUT_SIGNING_KEY: createKey("account").seed,
    CALLOUT_XKEY: createKey("curve").seed,
    NATS_ACCOUNT: "APP",
    NATS_ACCOUNT_KEY: createKey("account").publicKey,
    NATS_ACCOUNT_SECRET: createKey("account").seed,
  });
  await example.waitFor(READY);
  await Deno.remove(credsFile);
  await server.reload(permitting("elsewhere"));
  assertEquals(await example.exitCode, 1);
  assert(example.said().includes("the service has ended"), example.said());
});

/** A server where everybody is the same user, who may subscribe to that. */
function permitting(subject: string): string {
  return `authorization {
  users: [{
    user: anybody, password: unused, permissions: { subscribe: "${subject}" }
  }]
}
no_auth_user: anybody
`;
}

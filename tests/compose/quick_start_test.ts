/**
 * What the README has newcomers do with the stack: get a token, connect with it,
 * run the service on the host instead of in its container.
 */
import {
  assert,
  assertEquals,
  assertMatch,
  assertNotEquals,
} from "@std/assert";
import { openClient, reaches } from "../fixtures/nats_client.ts";
import { cleanEnvironment } from "./command.ts";
import { freePorts } from "./free_ports.ts";
import type { Project } from "./project.ts";
import { sharedStack } from "./shared_stack.ts";

const READY = "ready: requests are taken";
const READY_MS_MAX = 60_000;

async function printToken(stack: Project, sub: string): Promise<string> {
  const printed = await stack.compose(
    "run",
    "--rm",
    "-T",
    "token",
    "--sub",
    sub,
  );
  assertMatch(printed, /^[\w-]+\.[\w-]+\.[\w-]+\n$/);
  return printed.trim();
}

Deno.test("docker compose run --rm token prints a token that gets its user in", async () => {
  const stack = await sharedStack();
  const token = await printToken(stack, "alice");
  for (const transport of ["tcp", "websocket"] as const) {
    const alice = await openClient(stack.urls(), token, transport);
    assert(await reaches(alice, alice, "users.alice.a", "users.alice.>"));
    await alice.close();
  }
});

Deno.test("the nats CLI connects with the token, as the README has it", async () => {
  const stack = await sharedStack();
  const nats = (token: string, ...args: readonly string[]) =>
    stack.try(
      ...["run", "--rm", "-T", "nats-box", "nats", `--token=${token}`],
      ...["--inbox-prefix=users.alice._INBOX", "--timeout=5s", ...args],
    );
  const token = await printToken(stack, "alice");
  const allowed = await nats(token, "pub", "users.alice.a", "hello");
  assertEquals(allowed.code, 0, allowed.output);
  const forged = await nats(
    await stack.forgedToken("alice"),
    ...["pub", "users.alice.a", "hello"],
  );
  assertNotEquals(forged.code, 0);
  assertMatch(forged.output, /Authorization Violation/i);
});

Deno.test("deno task start on the host finds the exported files by itself", async () => {
  const stack = await sharedStack();
  const token = await stack.token("alice");
  await stack.compose("stop", "auth-callout");
  // Only because the ports are not the usual ones, as there may be another stack.
  const [monitoring] = freePorts(1);
  await stack.configure({
    "NATS_URL": stack.urls().natsUrl,
    "MONITORING_LISTEN": `127.0.0.1:${monitoring}`,
  });
  const service = startOnHost(stack.folder);
  try {
    await service.waitFor(READY);
    for (const transport of ["tcp", "websocket"] as const) {
      const alice = await openClient(stack.urls(), token, transport);
      assert(await reaches(alice, alice, "users.alice.a", "users.alice.>"));
      await alice.close();
    }
    assertEquals(service.output().match(/client admitted/g)?.length, 2);
  } finally {
    await service.stop();
    await stack.configure();
    await stack.up();
  }
});

interface HostService {
  output(): string;
  waitFor(text: string): Promise<void>;
  stop(): Promise<void>;
}

/** The command of the README, in a shell's surroundings. */
function startOnHost(folder: string): HostService {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["task", "start"],
    cwd: folder,
    clearEnv: true,
    env: { ...cleanEnvironment(), "LOG_FORMAT": "json" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let output = "";
  const collect = async (stream: ReadableStream<Uint8Array>): Promise<void> => {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) {
      output += text;
    }
  };
  const collected = Promise.all([collect(child.stdout), collect(child.stderr)]);
  let isRunning = true;
  const ended = child.status.then(() => isRunning = false);
  return {
    output: () => output,
    async waitFor(text): Promise<void> {
      const deadline = performance.now() + READY_MS_MAX;
      while (!output.includes(text)) {
        if (!isRunning || performance.now() > deadline) {
          throw new Error(`deno task start did not say "${text}":\n${output}`);
        }
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    },
    async stop(): Promise<void> {
      if (isRunning) child.kill("SIGTERM");
      await ended;
      await collected;
    },
  };
}

/**
 * The example of the library in place of the service's container, as its
 * documentation has it: with the configuration and the files of the stack.
 */
import { assert, assertRejects } from "@std/assert";
import { configurationName } from "../fixtures/configuration_name.ts";
import { openClient, reaches } from "../fixtures/nats_client.ts";
import { sharedStack } from "./shared_stack.ts";

const ROOT = new URL("../../", import.meta.url).pathname;

Deno.test("the example of the library takes the place of the service's container", async () => {
  const stack = await sharedStack();
  await stack.compose("stop", "auth-callout");
  const example = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-q",
      "-A",
      "--config",
      `${ROOT}${configurationName()}`,
      `${ROOT}docs/examples/own_service.ts`,
    ],
    cwd: stack.folder,
    env: { "NATS_URL": stack.urls().natsUrl },
    stdout: "piped",
  }).spawn();
  const lines = example.stdout.pipeThrough(new TextDecoderStream());
  try {
    for await (const text of lines.values({ preventCancel: true })) {
      if (text.includes("ready: requests are taken")) break;
    }
    const alice = await openClient(stack.urls(), "token-of-alice");
    assert(await reaches(alice, alice, "users.alice.a", "users.alice.>"));
    await alice.close();
    const token = await stack.token("alice");
    await assertRejects(() => openClient(stack.urls(), token));
  } finally {
    example.kill("SIGTERM");
    await lines.cancel();
    await example.status;
    await stack.up();
  }
  await (await stack.client("alice")).close();
});

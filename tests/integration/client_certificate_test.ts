/**
 * NATS servers that ask for a client certificate: what the service does depends
 * on which client of NATS it was started with, and neither may fail silently.
 */
import { assert, assertEquals, assertFalse } from "@std/assert";
import { createCertificateAuthority } from "../fixtures/certificates.ts";
import { configurationName } from "../fixtures/configuration_name.ts";
import { openClient } from "../fixtures/nats_client.ts";
import { startServiceProcess } from "../fixtures/service.ts";
import { startStack, type TestStack } from "../fixtures/stack.ts";

interface Scene extends AsyncDisposable {
  readonly stack: TestStack;
  /** The default configuration with this section `nats.tls`. */
  configure(tls: Readonly<Record<string, string>>): Promise<string>;
  readonly files: {
    readonly ca: string;
    readonly cert: string;
    readonly key: string;
  };
}

/** A server that takes nobody over TCP without a certificate of its authority. */
async function startScene(): Promise<Scene> {
  const folder = await Deno.makeTempDir({ prefix: "client-certificate-" });
  const authority = createCertificateAuthority("authority");
  const write = async (name: string, text: string): Promise<string> => {
    const path = `${folder}/${name}`;
    await Deno.writeTextFile(path, text, { mode: 0o600 });
    return path;
  };
  const server = authority.issue();
  const client = authority.issue("callout");
  const files = {
    ca: await write("ca.pem", authority.certificate),
    cert: await write("client.pem", client.cert),
    key: await write("client-key.pem", client.key),
  };
  const stack = await startStack({
    extra: `tls {
  cert_file: "${await write("server.pem", server.cert)}"
  key_file: "${await write("server-key.pem", server.key)}"
  ca_file: "${files.ca}"
  verify: true
}`,
  });
  return {
    stack,
    files,
    async configure(tls): Promise<string> {
      const text = await Deno.readTextFile("config/callout.yaml");
      return await write(
        "callout.yaml",
        text.replace("\nnats:\n", `\nnats:\n  tls: ${JSON.stringify(tls)}\n`),
      );
    },
    async [Symbol.asyncDispose](): Promise<void> {
      await stack.stop();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

Deno.test("start shows its certificate to a server that asks for one, or ends and names the way out", async () => {
  await using scene = await startScene();
  const { files, stack } = scene;
  const configuration = await scene.configure({
    ca_file: files.ca,
    cert_file: files.cert,
    key_file: files.key,
  });
  await using service = await startServiceProcess(stack, {
    CALLOUT_CONFIG: configuration,
  });
  if (configurationName() === "deno.json") {
    assertEquals(await service.exitCode, 2);
    assert(service.output().includes("nats.tls.cert_file"), service.output());
    return;
  }
  await service.waitFor("ready: requests are taken");
  const alice = await openClient(
    stack,
    await stack.token("alice"),
    "websocket",
  );
  await alice.close();
  service.signal("SIGTERM");
  assertEquals(await service.exitCode, 0);
});

Deno.test("start without a certificate is not let in, says so and tries again", async () => {
  await using scene = await startScene();
  await using service = await startServiceProcess(scene.stack, {
    CALLOUT_CONFIG: await scene.configure({ ca_file: scene.files.ca }),
  });
  await service.waitFor("cannot connect to NATS, trying again");
  assertFalse(service.output().includes("ready"), service.output());
  service.signal("SIGTERM");
  assertEquals(await service.exitCode, 0);
});

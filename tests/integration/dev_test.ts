/**
 * What a newcomer does: `deno task dev`, the commands that it prints, Ctrl-C.
 * Everything in processes of their own, as on a terminal.
 */
import {
  assert,
  assertEquals,
  assertFalse,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { openTokenIssuer } from "../../src/dev/token_issuer.ts";
import { createCertificateAuthority } from "../fixtures/certificates.ts";
import { end, isFree, Place, printedClients } from "../fixtures/dev_place.ts";
import { startPlainServer } from "../fixtures/plain_server.ts";

Deno.test("dev: the printed commands work over TCP and WebSocket, and Ctrl-C leaves nothing", async () => {
  await using place = await Place.make();
  const dev = await place.start();

  const clients = printedClients(dev.output.text);
  assertEquals(clients.length, 2);
  for (const command of clients) {
    const { code, stdout, stderr } = await place.run(...command);
    assertEquals(stderr, "");
    assertEquals(code, 0);
    assertMatch(stdout, /✓ subscribe users\.>: refused/);
    assertMatch(stdout, /✓ subscribe users\.(alice|bob)\.>: allowed/);
    assertMatch(stdout, /✓ request users\.(alice|bob)\.echo: answered/);
  }
  await dev.output.waitFor("client admitted");
  const ready = await fetch(`http://127.0.0.1:${place.ports.health}/readyz`);
  await ready.body?.cancel();
  assertEquals(ready.status, 200);

  await end(place, dev);
});

Deno.test("client: a wrong or expired token is refused in one line", async () => {
  await using place = await Place.make();
  const dev = await place.start();
  const server = `--server=nats://127.0.0.1:${place.ports.nats}`;
  const webSocket = `--server=ws://127.0.0.1:${place.ports.websocket}`;
  const issuer = await openTokenIssuer(`${place.folder}/issuer`);
  const expired = await issuer.mint({
    sub: "alice",
    ttlSeconds: 60,
    ageSeconds: 3600,
  });
  const { stdout } = await place.run("token", "--sub=alice");
  const [header, payload = ""] = stdout.trim().split(".");

  const refused: [token: string, why: string][] = [
    ["nonsense", "was not accepted"],
    [`${header}.${payload}.${"A".repeat(86)}`, "was not accepted"],
    [expired.reveal(), "has expired at"],
  ];
  for (const scheme of ["tls:", "TLS:"]) {
    const plain = await place.run(
      ...[
        "client",
        `--token=${stdout.trim()}`,
        server.replace("nats:", scheme),
      ],
    );
    assertEquals(
      [plain.code, plain.stdout],
      [1, ""],
      "no token goes there without TLS",
    );
    assertMatch(
      plain.stderr,
      /^Cannot connect to tls:[^\n]+\btls\b[^\n]+\n$/i,
    );
  }
  for (const [token, why] of refused) {
    for (const where of [server, webSocket]) {
      const client = await place.run("client", `--token=${token}`, where);
      assertEquals(client.code, 1);
      assertMatch(client.stderr, /^Refused: [^\n]+\n$/);
      assertStringIncludes(client.stderr, why);
      assertEquals(client.stdout, "");
    }
  }
  await dev.output.waitFor("bearer_token_expired");
  assertFalse(dev.output.text.includes(payload), "J1 no token in the log");
  await end(place, dev);
});

Deno.test("client: without a token or a server, or with one of another kind, it says so in one line", async () => {
  await using place = await Place.make();
  for (const args of [[], ["--token=-"]]) {
    // Standard input is empty.
    const missing = await place.run("client", ...args);
    assertEquals(missing.code, 1);
    assertMatch(missing.stderr, /^No bearer token[^\n]+\n$/);
  }
  const mixed = await place.run(
    ...["client", "--token=x", "--ws", "--server=nats://127.0.0.1:1"],
  );
  assertEquals(mixed.code, 2);
  assertMatch(mixed.stderr, /^--ws needs [^\n]+\n$/);
  for (const url of ["nats://127.0.0.1:1", "ws://127.0.0.1:1"]) {
    const args = ["client", "--token=secret-token", `--server=${url}`];
    const unreachable = await place.run(...args);
    assertEquals(unreachable.code, 1);
    assertMatch(
      unreachable.stderr,
      /^Cannot connect to [^\n]+refused[^\n]+\n$/,
    );
    assert(!unreachable.stderr.includes("secret-token"));
  }
});

Deno.test("J4 client: what a certificate says does nothing to the terminal", async () => {
  await using place = await Place.make();
  const authority = createCertificateAuthority("test authority");
  const { cert, key } = authority.issue("a\n\x1b[2K\rforged");
  const files = {
    "ca.pem": authority.certificate,
    "tls.pem": cert,
    "key.pem": key,
  };
  for (const [name, text] of Object.entries(files)) {
    await Deno.writeTextFile(`${place.folder}/${name}`, text);
  }
  await using server = await startPlainServer(
    `tls { cert_file: "${place.folder}/tls.pem", key_file: "${place.folder}/key.pem" }`,
  );
  const { port } = new URL(server.natsUrl);
  place.variables = { "DENO_CERT": `${place.folder}/ca.pem` };
  const { code, stdout, stderr } = await place.run(
    ...["client", "--token=x", `--server=tls://localhost:${port}`],
  );
  assertEquals([code, stdout], [1, ""]);
  assertMatch(stderr, /^[^\p{C}]*forged[^\p{C}]*\n$/u);
});

Deno.test("dev: ports in use are named with the options that choose others, before a nats-server is looked for", async () => {
  await using place = await Place.make();
  place.variables = { "NATS_SERVER": "/no/nats-server" };
  const { nats, websocket } = place.ports;
  using _first = Deno.listen({ hostname: "127.0.0.1", port: nats });
  using _second = Deno.listen({ hostname: "127.0.0.1", port: websocket });
  const { code, stderr } = await place.run(...place.devArguments());
  assertEquals(code, 1);
  assertStringIncludes(stderr, `Port ${nats} is in use`);
  assertStringIncludes(stderr, "--port PORT");
  assertStringIncludes(stderr, `Port ${websocket} is in use`);
  assertStringIncludes(stderr, "--ws-port PORT");
  assertEquals(await place.leftovers(), []);
});

Deno.test("dev: a health port in use is named with its setting", async () => {
  await using place = await Place.make();
  const { health, nats } = place.ports;
  using _taken = Deno.listen({ hostname: "127.0.0.1", port: health });
  const { code, stderr } = await place.run(...place.devArguments());
  assertEquals(code, 1);
  assertStringIncludes(stderr, `127.0.0.1:${health}`);
  assertStringIncludes(stderr, "MONITORING_LISTEN");
  assertEquals(await place.leftovers(), ["issuer"]);
  assert(isFree(nats));
});

Deno.test("dev: the printed check finds all as it should be, whatever is exported for another NATS", async () => {
  await using place = await Place.make();
  // Beside the place, of which nothing may be left.
  const config = `${place.folder}.yaml`;
  const delivered = await Deno.readTextFile("config/callout.yaml");
  await Deno.writeTextFile(
    config,
    delivered.replace("budget_ms: 4000", "budget_ms: ${CALLOUT_BUDGET:-4000}"),
  );
  place.variables = { "CALLOUT_CONFIG": config };
  const dev = await place.start();
  const command = dev.output.text.split("\n").find((line) =>
    line.includes(" check --issuers ")
  );
  assert(command !== undefined, dev.output.text);
  const { code, stdout, stderr } = await new Deno.Command("sh", {
    args: ["-c", command.trim()],
    env: {
      "NATS_URL": "nats://127.0.0.1:1",
      "CALLOUT_BUDGET": "of another configuration",
      "CALLOUT_CONFIG": "not/there.yaml",
    },
  }).output();
  const decoder = new TextDecoder();
  const output = decoder.decode(stdout) + decoder.decode(stderr);
  assertEquals(code, 0, output);
  assertStringIncludes(output, "✓ account AUTH, xkey: the public key of");
  assertStringIncludes(output, "✓ sentinel, permissions: everything denied");
  assertMatch(output, /\n\d+ good, 1 doubtful, 0 wrong, 1 not checked\.\n/);
  await end(place, dev);
  await Deno.remove(config);
});

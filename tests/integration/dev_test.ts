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

/** A busy machine needs more than the second that it takes otherwise. */
const READY_TIMEOUT_MS = 30_000;

interface Ports {
  readonly nats: number;
  readonly websocket: number;
  readonly monitoring: number;
  readonly health: number;
}

function freePorts(): Ports {
  const listeners = Array.from(
    { length: 4 },
    () => Deno.listen({ hostname: "127.0.0.1", port: 0 }),
  );
  const ports = listeners.map(({ addr }) => addr.port);
  for (const listener of listeners) listener.close();
  const [nats = 0, websocket = 0, monitoring = 0, health = 0] = ports;
  return { nats, websocket, monitoring, health };
}

function isFree(port: number): boolean {
  try {
    Deno.listen({ hostname: "127.0.0.1", port }).close();
    return true;
  } catch {
    return false;
  }
}

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A folder for temporary files and the issuer's key, and ports; nothing may be left of it. */
class Place implements AsyncDisposable {
  readonly ports = freePorts();
  readonly folder: string;
  #running: Deno.ChildProcess | undefined;

  constructor(folder: string) {
    this.folder = folder;
  }

  static async make(): Promise<Place> {
    return new Place(await Deno.makeTempDir({ prefix: "dev-test-" }));
  }

  command(args: readonly string[]): Deno.Command {
    return new Deno.Command(Deno.execPath(), {
      args: ["task", "--quiet", ...args],
      env: {
        "TMPDIR": this.folder,
        "DEV_ISSUER_DIR": `${this.folder}/issuer`,
        "MONITORING_LISTEN": `127.0.0.1:${this.ports.health}`,
        "LOG_FORMAT": "text",
      },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    });
  }

  async run(...args: string[]): Promise<Ended> {
    const { code, stdout, stderr } = await this.command(args).output();
    const decoder = new TextDecoder();
    return {
      code,
      stdout: decoder.decode(stdout),
      stderr: decoder.decode(stderr),
    };
  }

  devArguments(): string[] {
    const { nats, websocket, monitoring } = this.ports;
    return [
      "dev",
      `--port=${nats}`,
      `--ws-port=${websocket}`,
      `--monitoring-port=${monitoring}`,
    ];
  }

  async start(): Promise<Dev> {
    const child = this.command(this.devArguments()).spawn();
    this.#running = child;
    const output = new Output(child.stdout);
    const errors = new Output(child.stderr);
    await output.waitFor("becomes of each client").catch((error) => {
      throw new Error(`${error}\n${errors.text}`);
    });
    return { child, output, errors };
  }

  async leftovers(): Promise<string[]> {
    const entries = await Array.fromAsync(Deno.readDir(this.folder));
    return entries.map(({ name }) => name).sort();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Of a test that has failed; otherwise it has ended.
    try {
      this.#running?.kill("SIGTERM");
    } catch {
      // It has.
    }
    await this.#running?.status;
    await Deno.remove(this.folder, { recursive: true });
  }
}

interface Dev {
  readonly child: Deno.ChildProcess;
  readonly output: Output;
  readonly errors: Output;
}

/** What a process has printed so far. */
class Output {
  text = "";
  readonly ended: Promise<void>;
  #over = false;
  #changed = Promise.withResolvers<void>();

  constructor(stream: ReadableStream<Uint8Array<ArrayBuffer>>) {
    this.ended = this.#read(stream);
  }

  async #read(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<void> {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) {
      this.text += text;
      this.#changed.resolve();
      this.#changed = Promise.withResolvers();
    }
    this.#over = true;
    this.#changed.resolve();
  }

  async waitFor(words: string): Promise<void> {
    const timeout = Promise.withResolvers<void>();
    const timer = setTimeout(
      () => timeout.reject(new Error(`No "${words}" yet:\n${this.text}`)),
      READY_TIMEOUT_MS,
    );
    try {
      while (!this.text.includes(words)) {
        if (this.#over) throw new Error(`No "${words}" in:\n${this.text}`);
        await Promise.race([this.#changed.promise, timeout.promise]);
      }
    } finally {
      clearTimeout(timer);
    }
  }
}

/** The client commands that `dev` has printed, as arguments of `deno task`. */
function printedClients(text: string): string[][] {
  return text.split("\n")
    .filter((line) => line.includes(" task -q client "))
    .map((line) => line.trim().split(" task ")[1]?.split(" ") ?? []);
}

async function end(place: Place, dev: Dev): Promise<void> {
  dev.child.kill("SIGINT");
  const { code } = await dev.child.status;
  await Promise.all([dev.output.ended, dev.errors.ended]);
  assertEquals(dev.errors.text, "");
  assertStringIncludes(dev.output.text, "Everything has ended.");
  assertEquals(code, 0);
  const { nats, websocket, monitoring, health } = place.ports;
  for (const port of [nats, websocket, monitoring, health]) {
    assert(isFree(port), `port ${port} is still in use`);
  }
  // The issuer's key stays: tokens are good for the next start too.
  assertEquals(await place.leftovers(), ["issuer"]);
}

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

Deno.test("client: without a token or a server it says so in one line", async () => {
  await using place = await Place.make();
  const missing = await place.run("client");
  assertEquals(missing.code, 1);
  assertMatch(missing.stderr, /^No bearer token[^\n]+\n$/);
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

Deno.test("dev: ports in use are named with the options that choose others", async () => {
  await using place = await Place.make();
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

/**
 * What the containers and their published ports cost: logins against those of
 * the embedded stack, in turns. Reported, not asserted, since a machine is never
 * twice equally busy.
 *
 * Clients of other machines are passed on by the kernel, those of 127.0.0.1 by a
 * program of Docker's, which costs a quarter to a third. So the ports are published
 * at an address of this machine that is not the loopback, where there is one that
 * nobody else can reach: the engine's own.
 */
import { assertEquals } from "@std/assert";
import { DEVELOPMENT_ISSUER } from "../../src/dev/token_issuer.ts";
import { findNatsServer } from "../../src/dev/nats_server.ts";
import { LOOPBACK } from "../../src/dev/server_configuration.ts";
import { type BenchIssuer, createIssuers } from "../bench/bearer_tokens.ts";
import { startService } from "../bench/contender.ts";
import { type Load, startLoad } from "../bench/load.ts";
import type { Endpoint, Transport } from "../bench/load_messages.ts";
import { median } from "../bench/statistics.ts";
import { run } from "./command.ts";
import type { Project } from "./project.ts";
import { sharedStack } from "./shared_stack.ts";
import { note } from "./test_run.ts";

const ROUNDS = 5;
const TOKENS = 2_000;
const AT_A_TIME = 50;
const WARM_UP_MS = 2_000;
const MEASURED_MS = 1_000;

const TRANSPORTS: readonly Transport[] = ["tcp", "websocket"];

/** The stack's own issuer, as the bench's load generator takes it. */
async function issuerOf(stack: Project): Promise<BenchIssuer> {
  const privateJwk = JSON.parse(
    await stack.readSecret("dev-issuer/private.jwk"),
  );
  return {
    algorithm: "EdDSA",
    issuer: DEVELOPMENT_ISSUER,
    label: "development",
    kid: privateJwk.kid,
    privateJwk,
    publicJwk: undefined,
  };
}

function endpointOf(stack: Project, transport: Transport): Endpoint {
  const { natsUrl, websocketUrl } = stack.urls();
  const { hostname, port } = new URL(
    transport === "tcp" ? natsUrl.replace("nats:", "tcp:") : websocketUrl,
  );
  return { transport, hostname, port: Number(port) };
}

async function loginsPerSecond(
  load: Load,
  pool: string,
  endpoint: Endpoint,
  durationMs = MEASURED_MS,
): Promise<number> {
  const { admitted, refused, failed, elapsedMs } = await load.logins({
    pool,
    endpoint,
    atATime: AT_A_TIME,
    durationMs,
  });
  assertEquals({ refused, failed }, { refused: 0, failed: 0 }, pool);
  return admitted / elapsedMs * 1000;
}

/** The stack with its ports at that address, until it is disposed of. */
async function publishAt(
  stack: Project,
  address: string,
): Promise<AsyncDisposable> {
  const settings = Object.fromEntries(
    Object.entries(stack.place.settings)
      .map(([name, value]) => [name, value.replace(LOOPBACK, address)]),
  );
  await stack.configure(settings);
  await stack.up();
  return {
    async [Symbol.asyncDispose](): Promise<void> {
      await stack.configure();
      await stack.up();
    },
  };
}

/** Of the engine's bridge, if it is on this machine; else the loopback. */
async function chooseAddress(): Promise<string> {
  const gateway = "{{(index .IPAM.Config 0).Gateway}}";
  const { stdout } = await run("docker", [
    ...["network", "inspect", "bridge", "--format", gateway],
  ]);
  const isOurs = Deno.networkInterfaces()
    .some(({ address }) => address === stdout.trim());
  return isOurs ? stdout.trim() : LOOPBACK;
}

Deno.test("logins through published ports, beside those of the embedded stack", async () => {
  const stack = await sharedStack();
  const address = await chooseAddress();
  await using _published = await publishAt(stack, address);
  const { EdDSA: issuer } = createIssuers();
  await using embedded = await startService({
    natsServer: await findNatsServer(),
    issuers: [issuer],
  });
  await using load = startLoad(`${LOOPBACK},${address}`);
  await load.mint("embedded", { issuer, flaw: "none" }, TOKENS);
  const stackIssuer = await issuerOf(stack);
  await load.mint("compose", { issuer: stackIssuer, flaw: "none" }, TOKENS);
  for (const transport of TRANSPORTS) {
    const near = embedded.endpoint(transport);
    const far = { ...endpointOf(stack, transport), hostname: address };
    await note(`Logins/s over ${transport}: ${await compare(load, near, far)}`);
  }
});

async function compare(
  load: Load,
  near: Endpoint,
  far: Endpoint,
): Promise<string> {
  await loginsPerSecond(load, "embedded", near, WARM_UP_MS);
  await loginsPerSecond(load, "compose", far, WARM_UP_MS);
  const compose: number[] = [];
  const embedded: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    compose.push(await loginsPerSecond(load, "compose", far));
    embedded.push(await loginsPerSecond(load, "embedded", near));
  }
  const ratio = median(
    compose.map((figure, round) => figure / (embedded[round] ?? NaN)),
  );
  return `${Math.round(median(compose))} through published ports, ` +
    `${Math.round(median(embedded))} embedded, ` +
    `ratio ${ratio.toFixed(2)} (target: 0.8)`;
}

/**
 * What is measured: the service or the null responder, each with a nats-server
 * of its own, so that both are warm and neither sees the other's requests.
 */
import type { NatsServer } from "../../src/dev/nats_server.ts";
import { type Stack, startStack } from "../../src/dev/stack.ts";
import { LOOPBACK } from "../../src/dev/server_configuration.ts";
import type { BenchIssuer } from "./bearer_tokens.ts";
import {
  cpuBetween,
  type CpuTimes,
  cpuTimes,
  residentMiB,
} from "./consumption.ts";
import type { Endpoint, Transport } from "./load_messages.ts";
import {
  NULL_RESPONDER_FILE,
  NULL_RESPONDER_READY,
  type NullResponderOptions,
} from "./null_responder.ts";
import { denoRun, type Responder, ROOT, startResponder } from "./programs.ts";
import {
  serviceCommand,
  writeSecret,
  writeServiceFiles,
} from "./service_files.ts";

export interface Contender extends AsyncDisposable {
  readonly name: string;
  readonly stack: Stack;
  readonly responder: Responder;
  endpoint(transport: Transport): Endpoint;
  /** CPU time so far, of both programs. */
  consumed(): Consumption;
  resident(): ReturnType<typeof residentMiB>;
  /** Messages that the server has sent to the responder. */
  requestsDelivered(): Promise<number>;
}

export interface Consumption {
  readonly responder: CpuTimes;
  readonly natsServer: CpuTimes;
}

export interface ContenderOptions {
  readonly natsServer: NatsServer;
  readonly issuers: readonly BenchIssuer[];
  /** Of nats-server, in seconds; 5 unless given. */
  readonly authorizationTimeout?: number;
  /** Loaded into the service before its own code. */
  readonly preload?: string;
  /** Further settings of the service; their files go into the folder. */
  readonly settings?: (folder: string) => Promise<object>;
}

/** The service, as `deno task start` runs it. */
export function startService(options: ContenderOptions): Promise<Contender> {
  return startContender("service", options, async (stack, folder) => {
    const file = await writeServiceFiles(
      stack,
      folder,
      options.issuers,
      await options.settings?.(folder),
    );
    return {
      command: serviceCommand(file, options.preload),
      readyText: "ready: requests are taken",
    };
  });
}

export function startNull(options: ContenderOptions): Promise<Contender> {
  return startContender("null", options, async (stack, folder) => {
    const { applicationAccount, calloutAccount } = stack.operator;
    const content: NullResponderOptions = {
      natsUrl: stack.natsUrl,
      creds: stack.operator.calloutCreds.reveal(),
      calloutAccount: calloutAccount.publicKey,
      calloutSeed: calloutAccount.signingSeed.reveal(),
      calloutXkeySeed: stack.operator.calloutXkeySeed.reveal(),
      applicationAccount: applicationAccount.publicKey,
      applicationSeed: applicationAccount.signingSeed.reveal(),
    };
    await writeSecret(
      `${folder}/${NULL_RESPONDER_FILE}`,
      JSON.stringify(content),
    );
    return {
      command: [
        ...denoRun(
          "--allow-net=127.0.0.1",
          "--allow-env",
          `--allow-read=${folder}`,
        ),
        `${ROOT}tests/bench/null_responder.ts`,
        folder,
      ],
      readyText: NULL_RESPONDER_READY,
    };
  });
}

async function startContender(
  name: string,
  options: ContenderOptions,
  prepare: (
    stack: Stack,
    folder: string,
  ) => Promise<{ readonly command: string[]; readonly readyText: string }>,
): Promise<Contender> {
  const folder = await Deno.makeTempDir({ prefix: "nats-auth-callout-bench-" });
  const stack = await startStack({
    natsServer: options.natsServer,
    extra: serverExtra(folder, options.authorizationTimeout),
  });
  try {
    const { command, readyText } = await prepare(stack, folder);
    const responder = await startResponder(folder, command, readyText);
    const serverPid = Number(
      await Deno.readTextFile(`${folder}/nats-server.pid`),
    );
    return {
      name,
      stack,
      responder,
      endpoint: (transport) => toEndpoint(stack, transport),
      consumed: () => ({
        responder: cpuTimes(responder.pid),
        natsServer: cpuTimes(serverPid),
      }),
      resident: () => residentMiB(responder.pid),
      requestsDelivered: () => requestsDelivered(stack),
      async [Symbol.asyncDispose](): Promise<void> {
        await responder.stop();
        await stack.stop();
        await removeFolder(folder);
      },
    };
  } catch (error) {
    await stack.stop();
    await removeFolder(folder);
    throw error;
  }
}

/** The shell that watches a program removes it too, if the program was killed. */
async function removeFolder(folder: string): Promise<void> {
  try {
    await Deno.remove(folder, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

function serverExtra(folder: string, timeout: number | undefined): string {
  const pidFile = `pid_file: ${JSON.stringify(`${folder}/nats-server.pid`)}`;
  // The last one of two holds.
  return timeout === undefined
    ? pidFile
    : `${pidFile}\nauthorization { timeout: ${timeout} }`;
}

function toEndpoint({ server }: Stack, transport: Transport): Endpoint {
  const { nats, websocket } = server.ports;
  return {
    transport,
    hostname: LOOPBACK,
    port: transport === "tcp" ? nats : websocket,
  };
}

/** The responder is the only client of its account that stays. */
async function requestsDelivered(stack: Stack): Promise<number> {
  const response = await fetch(`${stack.monitoringUrl}/connz?limit=1024`);
  const { connections }: {
    connections: { out_msgs: number; subscriptions: number }[];
  } = await response.json();
  return connections.reduce((sum, { out_msgs }) => sum + out_msgs, 0);
}

export function between(
  before: Consumption,
  after: Consumption,
): { readonly responderMs: number; readonly natsServerMs: number } {
  return {
    responderMs: cpuBetween(before.responder, after.responder),
    natsServerMs: cpuBetween(before.natsServer, after.natsServer),
  };
}

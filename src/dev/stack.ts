/**
 * The embedded stack: a nats-server with an operator and accounts of its own and
 * the development issuer, and what the service's configuration needs to know
 * of them. The service itself is started by whoever starts the stack.
 */
import type { NatsServer } from "./nats_server.ts";
import {
  createOperator,
  type Operator,
  type OperatorOptions,
} from "./operator.ts";
import { type RunningServer, startNatsServer } from "./running_server.ts";
import { LOOPBACK, type ServerPorts } from "./server_configuration.ts";
import { createTokenIssuer, type TokenIssuer } from "./token_issuer.ts";

export interface Stack extends AsyncDisposable {
  readonly operator: Operator;
  readonly server: RunningServer;
  readonly issuer: TokenIssuer;
  readonly natsUrl: string;
  readonly websocketUrl: string;
  readonly monitoringUrl: string;
  /** The variables that `config/callout.yaml` is filled from. Holds seeds: do not print. */
  readonly environment: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

export interface StackOptions extends OperatorOptions {
  readonly natsServer: NatsServer;
  /** Any that are free, unless given. */
  readonly ports?: ServerPorts;
  /** Where the issuer keeps its key. It goes with the stack unless given. */
  readonly issuerFolder?: string;
  /** Further lines of nats-server's configuration. */
  readonly extra?: string | undefined;
}

const APPLICATION_ACCOUNT = "APP";

export async function startStack(options: StackOptions): Promise<Stack> {
  const operator = createOperator(APPLICATION_ACCOUNT, options);
  const server = await startNatsServer({ ...options, operator });
  try {
    return await complete(operator, server, options.issuerFolder);
  } catch (error) {
    await server.stop();
    throw error;
  }
}

async function complete(
  operator: Operator,
  server: RunningServer,
  issuerFolder: string | undefined,
): Promise<Stack> {
  const { applicationAccount, calloutAccount } = operator;
  const issuer = await createTokenIssuer(
    issuerFolder ?? `${server.folder}/issuer`,
  );
  const credsFile = `${server.folder}/callout.creds`;
  await Deno.writeTextFile(credsFile, operator.calloutCreds.reveal(), {
    mode: 0o600,
  });
  const natsUrl = `nats://${LOOPBACK}:${server.ports.nats}`;
  return {
    operator,
    server,
    issuer,
    natsUrl,
    websocketUrl: `ws://${LOOPBACK}:${server.ports.websocket}`,
    monitoringUrl: `http://${LOOPBACK}:${server.ports.monitoring}`,
    environment: {
      "NATS_URL": natsUrl,
      "NATS_ACCOUNT": applicationAccount.name,
      "NATS_ACCOUNT_KEY": applicationAccount.publicKey,
      "NATS_ACCOUNT_SECRET": applicationAccount.signingSeed.reveal(),
      "CALLOUT_ACCOUNT_KEY": calloutAccount.publicKey,
      "CALLOUT_SIGNING_KEY": calloutAccount.signingSeed.reveal(),
      "CALLOUT_XKEY": operator.calloutXkeySeed.reveal(),
      "CALLOUT_CREDS_FILE": credsFile,
      "DEV_ISSUER_JWKS_FILE": issuer.jwksFile,
    },
    stop: () => server.stop(),
    [Symbol.asyncDispose]: () => server.stop(),
  };
}

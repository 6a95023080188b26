/**
 * What `dev` says once everything runs: where things are, and how to try them.
 */
import { delimiter } from "node:path";
import { DEVELOPMENT_ISSUER } from "../config/build_issuers.ts";
import type { Config } from "../config/config.ts";
import { CONFIGURATION_VARIABLE } from "../config/load.ts";
import { isFile } from "../dev/files.ts";
import type { Stack } from "../dev/stack.ts";
import { subjectToken } from "../permissions/subject_token.ts";
import { quoted } from "./dev_config.ts";

/** The same as in the README, so that it works where only Node is installed. */
const DENO_BY_NPX = "npx -y deno@2.9.6";

const DEMO_TTL_SECONDS = 8 * 3600;

const CLIENT_URL = "nats://127.0.0.1:4222";
const CLIENT_WEBSOCKET_URL = "ws://127.0.0.1:9222";

export async function overview(
  stack: Stack,
  { monitoring, permissions }: Pick<Config, "monitoring" | "permissions">,
  variableFile: string,
): Promise<string> {
  // With further issuers their subs are kept apart, and a token does not say so.
  const label = permissions.issuerLabels.get(DEVELOPMENT_ISSUER);
  const idOf = (sub: string): string =>
    label === undefined ? "" : ` --id ${subjectToken(sub, label)}`;
  const alice = await stack.issuer.mint({
    sub: "alice",
    ttlSeconds: DEMO_TTL_SECONDS,
  });
  const bob = await stack.issuer.mint({
    sub: "bob",
    ttlSeconds: DEMO_TTL_SECONDS,
  });
  const { natsUrl, websocketUrl } = stack;
  const server = natsUrl === CLIENT_URL ? "" : ` --server ${natsUrl}`;
  const webSocketServer = websocketUrl === CLIENT_WEBSOCKET_URL
    ? ""
    : ` --server ${websocketUrl}`;
  const task = `${await denoCommand(Deno.env.get("PATH") ?? "")} task -q`;
  const seconds = (performance.now() / 1000).toFixed(1);
  const own = Deno.env.get(CONFIGURATION_VARIABLE);
  const configuration = own ? `${CONFIGURATION_VARIABLE}=${quoted(own)} ` : "";
  return `
NATS with bearer tokens runs on this machine, ready after ${seconds} s.

  NATS         ${natsUrl}  (nats-server ${stack.server.version})
  WebSocket    ${websocketUrl}
  Monitoring   ${stack.monitoringUrl}
  Service      http://${monitoring.hostname}:${monitoring.port}/readyz

Connect from a second terminal, in this folder, as alice:

  ${task} client${server}${idOf("alice")} --token ${alice.reveal()}

As bob, over WebSocket:

  ${task} client --ws${webSocketServer}${idOf("bob")} --token ${bob.reveal()}

Both tokens are valid for ${
    DEMO_TTL_SECONDS / 3600
  } hours. One for anybody else: ${task} token --sub carol

What such a token is granted, and why:

  ${configuration}DEV_ISSUER_JWKS_FILE=${
    quoted(stack.issuer.jwksFile)
  } ${task} explain --token TOKEN

Whether all of this is set up as it should be, and the issuers can be used:

  sh -c '. "${variableFile}"; exec ${task} check --issuers --server ${stack.monitoringUrl} --sentinel "${stack.server.folder}/nats-server.conf"'

Operator, accounts and what NATS stores go when this ends: press Ctrl-C.

The service says below what becomes of each client:
`;
}

/** How a second terminal calls Deno: it may be here by way of npx only. */
export async function denoCommand(path: string): Promise<string> {
  for (const folder of path.split(delimiter)) {
    // npx puts the packages that it fetched onto the path, for its child only.
    if (folder === "" || folder.includes("node_modules")) continue;
    if (await isFile(`${folder}/deno`)) return "deno";
  }
  return DENO_BY_NPX;
}

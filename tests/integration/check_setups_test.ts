/**
 * `check --server` against real servers, each set up wrongly in one way or in
 * several: what is wrong is found where it is, and nothing else is.
 */
import { connect, credsAuthenticator } from "@nats-io/transport-deno";
import type { NatsConnection } from "@nats-io/nats-core";
import { assert, assertEquals, assertRejects } from "@std/assert";
import type { Finding } from "../../src/cli/finding.ts";
import { readSetup } from "../../src/cli/monitoring_documents.ts";
import { judgeSetup } from "../../src/cli/setup_findings.ts";
import type { Config } from "../../src/config/config.ts";
import { encodeNatsJwt } from "../../src/nats_jwt/codec.ts";
import {
  createSeed,
  decodeSeed,
  signingKeyFromSeed,
} from "../../src/nats_jwt/nkeys.ts";
import { runMain } from "../fixtures/command.ts";
import { formatCreds } from "../fixtures/config_scene.ts";
import { startConfiguredStack } from "../fixtures/configured_stack.ts";
import { openClient } from "../fixtures/nats_client.ts";
import { startService } from "../fixtures/service.ts";
import { startMonitoringProxy } from "../fixtures/slow_monitoring.ts";
import { startStack, type TestStack } from "../fixtures/stack.ts";

async function check(
  config: Config,
  monitoringUrl: string,
): Promise<readonly Finding[]> {
  return judgeSetup(config, await readSetup(config, monitoringUrl));
}

/** Where it is, by how bad it is. */
function placesOf(
  findings: readonly Finding[],
  wanted: Finding["verdict"],
): readonly string[] {
  return findings.filter(({ verdict }) => verdict === wanted)
    .map(({ where }) => where);
}

/** A user of the application's account: the server then knows the account. */
function openUser(stack: TestStack): Promise<NatsConnection> {
  const { applicationAccount } = stack.operator;
  const creds = stack.operator.userCreds(applicationAccount, "user").reveal();
  return connect({
    servers: stack.natsUrl,
    authenticator: credsAuthenticator(new TextEncoder().encode(creds)),
  });
}

/** A further user of AUTH, who may do everything. */
function userJwt(
  { operator: { calloutAccount } }: TestStack,
  seed: ReturnType<typeof createSeed>,
  more: object = {},
): string {
  return encodeNatsJwt({
    "sub": decodeSeed(seed, "user").publicKey,
    "name": "other",
    "iat": Math.floor(Date.now() / 1000),
    "nats": {
      "type": "user",
      "version": 2,
      "issuer_account": calloutAccount.publicKey,
      "subs": -1,
      "data": -1,
      "payload": -1,
      ...more,
    },
  }, signingKeyFromSeed(calloutAccount.signingSeed, "account"));
}

Deno.test("N2 N8 check finds an account AUTH that is open, at a server that has it", async () => {
  const other = createSeed("user");
  await using stack = await startStack({
    extra: "max_control_line: 4096\nauthorization { timeout: 1 }",
    spoilCallout: ({ authorization, limits }) => ({
      limits: { ...limits, "disk_storage": -1, "conn": 50 },
      authorization: {
        ...authorization,
        "auth_users": [
          ...authorization.auth_users,
          decodeSeed(other, "user").publicKey,
        ],
        "xkey": decodeSeed(createSeed("curve"), "curve").publicKey,
      },
      exports: [{ name: "all", subject: "all.>", type: "stream" }],
    }),
  });
  const config = await stack.config();
  await using _service = await startService(config);
  const user = await openUser(stack);
  const creds = formatCreds(userJwt(stack, other), other.reveal());
  const listener = await connect({
    servers: stack.natsUrl,
    authenticator: credsAuthenticator(new TextEncoder().encode(creds)),
  });
  listener.subscribe("$SYS.REQ.USER.AUTH");
  // Nobody who is connected that long is still being called out.
  await new Promise((resolve) => setTimeout(resolve, 1_200));
  const findings = await check(config, stack.monitoringUrl);
  assertEquals(placesOf(findings, "wrong"), [
    "account AUTH, xkey",
    "account AUTH, JetStream",
    "account AUTH, imports and exports",
    "account AUTH, connections of others",
  ]);
  assertEquals(placesOf(findings, "doubtful"), [
    "authorization.timeout",
    "max_control_line",
    "account AUTH, auth_users",
    "account AUTH, connections",
  ]);
  assertEquals(placesOf(findings, "unknown"), []);
  await user.close();
  await listener.close();
});

Deno.test("check finds keys that the server does not know", async () => {
  await using stack = await startStack();
  const config = await stack.config({
    NATS_ACCOUNT_SECRET: createSeed("account").reveal(),
    CALLOUT_SIGNING_KEY: createSeed("account").reveal(),
  });
  await using _service = await startService(config);
  const user = await openUser(stack);
  assertEquals(placesOf(await check(config, stack.monitoringUrl), "wrong"), [
    "account AUTH, signing_keys",
    "account APP, signing_keys",
  ]);
  await user.close();
});

Deno.test("check finds an application key that is scoped, whose logins NATS refuses", async () => {
  const seed = createSeed("account");
  const { publicKey: key } = decodeSeed(seed, "account");
  await using stack = await startStack({
    scopes: [{
      kind: "user_scope",
      key,
      role: "devices",
      template: { pub: { allow: ["a"] }, subs: -1, data: -1, payload: -1 },
    }],
  });
  const config = await stack.config({ NATS_ACCOUNT_SECRET: seed.reveal() });
  await using service = await startService(config);
  const token = await stack.token("alice");
  await assertRejects(() => openClient(stack, token), Error, "Authorization");
  assertEquals(service.lines.at(-1)?.code, "granted");
  const user = await openUser(stack);
  assertEquals(placesOf(await check(config, stack.monitoringUrl), "wrong"), [
    "account APP, signing_key",
  ]);
  await user.close();
});

Deno.test("H10 check finds a system account that goes by another name", async () => {
  await using stack = await startStack();
  const { publicKey, signingSeed } = stack.operator.systemAccount;
  const config = await stack.config({
    NATS_ACCOUNT: "USERS",
    NATS_ACCOUNT_KEY: publicKey,
    NATS_ACCOUNT_SECRET: signingSeed.reveal(),
  });
  const [finding] = (await check(config, stack.monitoringUrl))
    .filter(({ verdict }) => verdict === "wrong");
  assertEquals(
    [finding?.where, finding?.what],
    [
      "accounts",
      "USERS is the system account: its users see and end every connection",
    ],
  );
});

Deno.test("check tells a clock that is off from monitoring that is slow", async () => {
  await using stack = await startStack();
  const config = await stack.config();
  await using slow = startMonitoringProxy(stack.monitoringUrl, {
    delayMs: 1_000,
  });
  assertEquals(placesOf(await check(config, slow.url), "wrong"), []);
  await using ahead = startMonitoringProxy(stack.monitoringUrl, {
    aheadMs: 5_000,
  });
  assertEquals(placesOf(await check(config, ahead.url), "wrong"), ["clock"]);
});

Deno.test("check looks at what monitoring shows of a server without an operator, and says what it does not", async () => {
  await using stack = await startConfiguredStack({ requests: "sealed" });
  const config = await stack.config();
  const absent = await check(config, stack.monitoringUrl);
  assertEquals(placesOf(absent, "unknown"), ["account AUTH", "auth_callout"]);
  await using _service = await startService(config);
  const findings = await check(config, stack.monitoringUrl);
  assertEquals(placesOf(findings, "wrong"), []);
  assertEquals(placesOf(findings, "unknown"), ["auth_callout"]);
  const good = placesOf(findings, "good");
  for (
    const where of [
      "account AUTH, JetStream",
      "account AUTH, imports and exports",
      "account AUTH, connections of others",
      "account APP",
      "accounts",
    ]
  ) assert(good.includes(where), where);
});

Deno.test("N2 check finds an account AUTH that is open, at a server without an operator", async () => {
  await using stack = await startConfiguredStack({
    requests: "sealed",
    calloutAccount: 'jetstream: enabled, exports: [ { stream: "all.>" } ]',
  });
  const config = await stack.config();
  const misnamed: Config = {
    ...config,
    accounts: config.accounts.map((each) => ({ ...each, name: "APPS" })),
  };
  await using _service = await startService(config);
  assertEquals(placesOf(await check(misnamed, stack.monitoringUrl), "wrong"), [
    "account AUTH, JetStream",
    "account AUTH, imports and exports",
    "account APPS",
  ]);
});

Deno.test("H10 check finds users in the account of the callout, whatever it is called", async () => {
  await using stack = await startConfiguredStack({ requests: "sealed" });
  const config = await stack.config();
  const misplaced: Config = {
    ...config,
    accounts: [
      ...config.accounts,
      ...config.accounts.map((each) => ({ ...each, name: "AUTH" })),
    ],
  };
  await using _service = await startService(config);
  const [finding, ...others] = (await check(misplaced, stack.monitoringUrl))
    .filter(({ verdict }) => verdict === "wrong");
  assertEquals(others, []);
  assertEquals(
    [finding?.where, finding?.what.split(":")[0]],
    ["accounts", "AUTH is the account of the callout"],
  );
});

Deno.test("README.md shows what check says", async () => {
  await using stack = await startStack({
    spoilCallout: (claims) => ({
      ...claims,
      limits: { ...claims.limits, "disk_storage": -1 },
    }),
  });
  await using _service = await startService(await stack.config());
  await (await openClient(stack, await stack.token("alice"))).close();
  const { stdout } = await runMain(
    ["check", "--server", stack.monitoringUrl],
    {
      environment: stack.environment,
      permissions: ["--allow-env", "--allow-read", "--allow-net"],
    },
  );
  const [document, said] = [await Deno.readTextFile("README.md"), stdout]
    .map((text) => text.replaceAll(/nats-server: version \S+/g, "nats-server"));
  assert(document?.includes(`\`\`\`\n${said?.trimEnd()}\n\`\`\`\n`), said);
});

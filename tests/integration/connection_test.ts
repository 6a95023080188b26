/**
 * What the service says when NATS cannot be reached, refuses it, goes away and
 * comes back: causes have codes, and servers' URLs no secrets.
 */
import { assert, assertEquals, assertFalse, assertRejects } from "@std/assert";
import { Secret } from "../../src/base/secret.ts";
import { systemClock, toEpochSeconds } from "../../src/base/time.ts";
import type { Operator } from "../../src/dev/operator.ts";
import { connectNats, type NatsOptions } from "../../src/nats/connection.ts";
import { encodeNatsJwt } from "../../src/nats_jwt/codec.ts";
import { signingKeyFromSeed } from "../../src/nats_jwt/nkeys.ts";
import { createLog } from "../../src/telemetry/log.ts";
import {
  type CertificateAuthority,
  createCertificateAuthority,
} from "../fixtures/certificates.ts";
import { openClient } from "../fixtures/nats_client.ts";
import { type LogLine, startService } from "../fixtures/service.ts";
import { startStack } from "../fixtures/stack.ts";

/** The first line of a service that tries to connect, after which it gives up. */
async function firstLine(options: NatsOptions): Promise<LogLine> {
  const abort = new AbortController();
  const line = Promise.withResolvers<string>();
  const log = createLog({
    format: "json",
    level: "info",
    write(text): void {
      line.resolve(text);
      abort.abort();
    },
  });
  await connectNats(options, log, abort.signal).catch(() => {});
  await log.close();
  return JSON.parse(await line.promise);
}

Deno.test("a service that NATS refuses says so, and which setting to look at", async () => {
  await using stack = await startStack();
  await using foreign = await startStack();
  const { nats: { credentials } } = await foreign.config();
  const line = await firstLine({ servers: [stack.natsUrl], credentials });
  assertEquals(line.code, "nats_refused_credentials");
  assertEquals(line.setting, "nats.creds_file");
  assert(line.detail?.includes("AUTH"), line.detail);
});

Deno.test("a service that does not trust NATS's certificate says so, and which setting to look at", async () => {
  const folder = await Deno.makeTempDir();
  const { cert, key } = createCertificateAuthority("NATS").issue();
  await Deno.writeTextFile(`${folder}/cert.pem`, cert);
  await Deno.writeTextFile(`${folder}/key.pem`, key);
  await using stack = await startStack({
    extra:
      `tls { cert_file: "${folder}/cert.pem", key_file: "${folder}/key.pem" }`,
  });
  const { nats: { credentials } } = await stack.config();
  const line = await firstLine({ servers: [stack.natsUrl], credentials });
  assertEquals(line.code, "nats_tls_failed");
  assertEquals(line.setting, "nats.tls.ca_file");
  await Deno.remove(folder, { recursive: true });
});

Deno.test("J2 K3 a service that does not trust the certificate NATS comes back with says so once a second, and leaves it some time", async () => {
  const folder = await Deno.makeTempDir();
  const trusted = createCertificateAuthority("NATS");
  const use = async ({ issue }: CertificateAuthority): Promise<void> => {
    const { cert, key } = issue();
    await Deno.writeTextFile(`${folder}/cert.pem`, cert);
    await Deno.writeTextFile(`${folder}/key.pem`, key);
  };
  await Deno.writeTextFile(`${folder}/ca.pem`, trusted.certificate);
  await use(trusted);
  await using stack = await startStack({
    extra:
      `tls { cert_file: "${folder}/cert.pem", key_file: "${folder}/key.pem" }`,
  });
  const config = await stack.config();
  const tls = { caFile: `${folder}/ca.pem` };
  await using service = await startService({
    ...config,
    nats: { ...config.nats, tls },
  });
  const told = (): readonly LogLine[] =>
    service.lines.filter(({ code }) => code === "nats_tls_failed");
  const attempts = async (): Promise<number> =>
    (await stack.serverLog()).split("TLS handshake error").length;

  await use(createCertificateAuthority("another"));
  await stack.server.restart();
  while (told().length === 0) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assertEquals(told()[0]?.setting, "nats.tls.ca_file");
  const before = await attempts();
  await new Promise((resolve) => setTimeout(resolve, 2_500));
  assert(told().length >= 2 && told().length <= 4, String(told().length));
  // The library's, and ours that finds out.
  const count = await attempts() - before;
  assert(count >= 5 && count <= 15, String(count));

  await use(trusted);
  await stack.server.restart();
  while (
    !service.lines.some(({ message }) => message === "connected to NATS again")
  ) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await Deno.remove(folder, { recursive: true });
});

Deno.test("J1 a service that reaches nobody says where it tried, and no password", async () => {
  await using stack = await startStack();
  const { nats: { credentials } } = await stack.config();
  const servers = ["nats://canary:canary@127.0.0.1:9", "canary@127.0.0.1:9"];
  const line = await firstLine({ servers, credentials });
  assertEquals(line.code, "nats_unreachable");
  assertEquals(line.setting, "nats.servers");
  assertFalse(JSON.stringify(line).includes("canary"), JSON.stringify(line));
});

Deno.test("J2 a service that reaches nobody says so once a second, however often it tries", async () => {
  await using stack = await startStack();
  const { nats: { credentials } } = await stack.config();
  let lines = 0;
  const log = createLog({
    format: "json",
    level: "info",
    write: () => lines++,
  });
  const options = { servers: ["nats://127.0.0.1:9"], credentials };
  await connectNats(options, log, AbortSignal.timeout(1_500)).catch(() => {});
  await log.close();
  assertEquals(lines, 2);
});

Deno.test("I12 J7 a service whose user may not publish answers says so, and is not ready", async () => {
  await using stack = await startStack();
  const config = await stack.config();
  const credentials = {
    kind: "creds",
    creds: silenced(stack.operator),
  } as const;
  await using service = await startService({
    ...config,
    nats: { ...config.nats, credentials },
  });
  async function readiness(): Promise<number> {
    const answer = await fetch(`${service.monitoringUrl}/readyz`);
    await answer.body?.cancel();
    return answer.status;
  }
  assertEquals(await readiness(), 200);
  const token = await stack.token("alice");
  await Promise.all([
    assertRejects(() => openClient(stack, token)),
    assertRejects(() => openClient(stack, token)),
  ]);
  const refusals = service.lines.filter(({ code }) =>
    code === "answers_refused"
  );
  assertEquals(refusals.length, 1);
  assert(refusals[0]?.detail?.includes('"$SYS._INBOX.>"'));
  assertEquals(await readiness(), 503);
});

/** Creds of the service's own user that allow it to subscribe and to publish nothing. */
function silenced({ calloutAccount, calloutCreds }: Operator): Secret {
  const text = calloutCreds.reveal();
  const seed = new Secret(/^SU[A-Z2-7]+$/m.exec(text)?.[0] ?? "");
  const jwt = encodeNatsJwt({
    "sub": signingKeyFromSeed(seed, "user").publicKey,
    "name": "callout",
    "iat": toEpochSeconds(systemClock()),
    "nats": {
      "type": "user",
      "version": 2,
      "issuer_account": calloutAccount.publicKey,
      "pub": { "deny": [">"] },
      "sub": { "allow": ["$SYS.REQ.USER.AUTH nats-auth-callout"] },
      "subs": -1,
      "data": -1,
      "payload": -1,
    },
  }, signingKeyFromSeed(calloutAccount.signingSeed, "account"));
  return new Secret(text.replace(/^eyJ.*$/m, jwt));
}

Deno.test("K3 a service that loses NATS and gets it back says both", async () => {
  await using stack = await startStack();
  await using service = await startService(await stack.config());
  await stack.server.restart();
  while (
    !service.lines.some(({ message }) => message === "connected to NATS again")
  ) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const client = await openClient(stack, await stack.token("alice"));
  await client.close();
  const { host } = new URL(stack.natsUrl);
  const [lost, regained] = service.lines.filter(({ address }) =>
    address === host
  );
  assertEquals([lost?.level, lost?.code], ["warn", "nats_lost"]);
  assertEquals(regained?.level, "info");
  assertEquals(regained?.message, "connected to NATS again");
});

Deno.test("J2 a service that NATS refuses when it comes back says so, once a second", async () => {
  await using stack = await startStack();
  await using service = await startService(await stack.config());
  stack.server.signal("SIGKILL");
  await using foreign = await startStack({ ports: stack.server.ports });
  const count = (wanted: string): number =>
    service.lines.filter(({ code }) => code === wanted).length;
  while (count("nats_refused_credentials") === 0) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await new Promise((resolve) => setTimeout(resolve, 2_500));
  const refusals = count("nats_refused_credentials");
  assert(refusals >= 2 && refusals <= 3, String(refusals));
  assertEquals(count("nats_lost"), 1);
  assert(foreign.natsUrl === stack.natsUrl);
});

/**
 * NATS without an operator: accounts and the callout stand in the server's own
 * configuration, with an xkey and, where it is allowed explicitly, without.
 */
import { PermissionViolationError } from "@nats-io/nats-core";
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
} from "@std/assert";
import type { Config } from "../../src/config/config.ts";
import { parseConfig } from "../../src/config/parse.ts";
import { readTextFile } from "../../src/config/text_file.ts";
import { findNatsServer } from "../../src/dev/nats_server.ts";
import { createTokenIssuer } from "../../src/dev/token_issuer.ts";
import { createSeed, decodeSeed } from "../../src/nats_jwt/nkeys.ts";
import {
  openClient,
  publishProblem,
  reaches,
  subscribeProblem,
  type Transport,
} from "../fixtures/nats_client.ts";
import { startService } from "../fixtures/service.ts";

interface ConfiguredStack extends AsyncDisposable {
  readonly natsUrl: string;
  readonly websocketUrl: string;
  readonly config: Config;
  token(sub: string, ageSeconds?: number): Promise<string>;
}

interface Keys {
  readonly issuer: string;
  readonly user: string;
  readonly xkey: string | undefined;
}

function serverConfiguration(
  folder: string,
  { issuer, user, xkey }: Keys,
): string {
  return `
listen: "127.0.0.1:-1"
ports_file_dir: "${folder}"
websocket { listen: "127.0.0.1:-1", no_tls: true }
jetstream { store_dir: "${folder}/jetstream" }
accounts {
  AUTH: { users: [ {
    nkey: ${user}
    permissions: {
      publish: ["$SYS._INBOX.>"]
      subscribe: ["$SYS.REQ.USER.AUTH nats-auth-callout"]
    }
  } ] }
  APP: { jetstream: enabled }
  SYS: {}
}
system_account: SYS
authorization {
  timeout: 5
  auth_callout { issuer: ${issuer}, account: AUTH, auth_users: [ ${user} ]${
    xkey === undefined ? "" : `, xkey: ${xkey}`
  } }
}
`;
}

async function startConfiguredStack(
  sealed: "sealed" | "plain",
): Promise<ConfiguredStack> {
  const { path } = await findNatsServer();
  const folder = await Deno.makeTempDir({ prefix: "configured-nats-" });
  const seeds = {
    issuer: createSeed("account"),
    user: createSeed("user"),
    xkey: sealed === "sealed" ? createSeed("curve") : undefined,
  };
  const keys: Keys = {
    issuer: decodeSeed(seeds.issuer, "account").publicKey,
    user: decodeSeed(seeds.user, "user").publicKey,
    xkey: seeds.xkey && decodeSeed(seeds.xkey, "curve").publicKey,
  };
  const file = `${folder}/nats.conf`;
  await Deno.writeTextFile(file, serverConfiguration(folder, keys));
  const child = new Deno.Command(path, {
    args: ["-c", file],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  const ports = await readPorts(`${folder}/nats-server_${child.pid}.ports`);
  const issuer = await createTokenIssuer(`${folder}/issuer`);
  const settings = {
    nats: {
      mode: "server_configuration",
      servers: [ports.nats],
      nkey_seed: seeds.user.reveal(),
    },
    callout: {
      account: keys.issuer,
      signing_key: seeds.issuer.reveal(),
      ...(seeds.xkey === undefined
        ? { allow_plaintext: true }
        : { xkey: seeds.xkey.reveal() }),
    },
    accounts: [{ name: "APP" }],
    "development_issuer": { jwks_file: issuer.jwksFile },
    monitoring: { listen: "127.0.0.1:0" },
  };
  const { config } = parseConfig(JSON.stringify(settings), {
    source: "test",
    lookup: () => undefined,
    readFile: readTextFile,
  });
  return {
    natsUrl: ports.nats,
    websocketUrl: ports.websocket,
    config,
    async token(sub, ageSeconds = 0): Promise<string> {
      return (await issuer.mint({ sub, ttlSeconds: 60, ageSeconds })).reveal();
    },
    async [Symbol.asyncDispose](): Promise<void> {
      child.kill("SIGKILL");
      await child.status;
      await Deno.remove(folder, { recursive: true });
    },
  };
}

async function readPorts(
  file: string,
): Promise<{ nats: string; websocket: string }> {
  const deadline = Date.now() + 10_000;
  while (Date.now() < deadline) {
    try {
      const ports = JSON.parse(await Deno.readTextFile(file));
      return { nats: ports.nats[0], websocket: ports.websocket[0] };
    } catch {
      // Not there yet, or half written.
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
  throw new Error("the server wrote no ports file within 10 s");
}

for (const sealed of ["sealed", "plain"] as const) {
  for (const transport of ["tcp", "websocket"] as Transport[]) {
    Deno.test(`without an operator a bearer token is all it takes, ${sealed} requests, over ${transport}`, async () => {
      await using stack = await startConfiguredStack(sealed);
      await using service = await startService(stack.config);
      const alice = await openClient(
        stack,
        await stack.token("alice"),
        transport,
      );
      const bob = await openClient(stack, await stack.token("bob"), transport);
      assert(await reaches(alice, alice, "users.alice.a", "users.alice.>"));
      for (const subject of ["users.>", "users.bob.>", ">", "$SYS.>"]) {
        assertInstanceOf(
          await subscribeProblem(alice, subject),
          PermissionViolationError,
          subject,
        );
      }
      assertInstanceOf(
        await publishProblem(alice, "users.bob.a"),
        PermissionViolationError,
      );
      await alice.close();
      await bob.close();
      assertEquals(
        service.lines.filter(({ code }) => code === "granted").length,
        2,
      );
    });
  }

  Deno.test(`C4 without an operator a bad token gets nobody in, ${sealed} requests`, async () => {
    await using stack = await startConfiguredStack(sealed);
    await using service = await startService(stack.config);
    const expired = await stack.token("alice", 3600);
    await assertRejects(
      () => openClient(stack, expired),
      Error,
      "Authorization Violation",
    );
    assertEquals(service.lines.at(-1)?.code, "bearer_token_expired");
    await assertRejects(
      () => openClient(stack, "no token"),
      Error,
      "Authorization Violation",
    );
  });
}

/**
 * What docs/WITHOUT_OPERATOR.md shows is what works: its two files in front of a
 * real nats-server, and what it says of keys that do not fit.
 */
import type { NatsConnection } from "@nats-io/nats-core";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { connect } from "@nats-io/transport-deno";
import type { Config } from "../../src/config/config.ts";
import { parseConfig } from "../../src/config/parse.ts";
import { readTextFile } from "../../src/config/text_file.ts";
import { createTokenIssuer } from "../../src/dev/token_issuer.ts";
import { connectNats } from "../../src/nats/connection.ts";
import { CalloutAccountError } from "../../src/nats/own_account.ts";
import { createSeed, decodeSeed } from "../../src/nats_jwt/nkeys.ts";
import { createRecordingLog } from "../fixtures/jwt_scene.ts";
import { openClient, reaches } from "../fixtures/nats_client.ts";
import { startPlainServer } from "../fixtures/plain_server.ts";
import { type ServiceInProcess, startService } from "../fixtures/service.ts";

const DOCUMENT = await Deno.readTextFile("docs/WITHOUT_OPERATOR.md");
const KINDS = ["account", "curve", "user"] as const;
type Kind = typeof KINDS[number];

function block(language: string): string {
  const [, text] =
    RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\`$`, "m").exec(DOCUMENT) ?? [];
  assert(text !== undefined, language);
  return text;
}

interface Arranged extends AsyncDisposable {
  readonly natsUrl: string;
  readonly config: Config;
  /** Starts the server again, with another file. */
  restart(change: (text: string) => string): Promise<void>;
  token(sub: string): Promise<string>;
}

interface Scene extends Omit<Arranged, "config"> {
  readonly websocketUrl: string;
  readonly service: ServiceInProcess;
}

interface SceneOptions {
  /** The server is told another public key of this kind. */
  readonly wrong?: Kind;
  /** Changes the server's file. */
  readonly server?: (text: string) => string;
}

/** The server, and what the service is configured with. */
async function arrange(
  { wrong, server: change = (text) => text }: SceneOptions,
): Promise<Arranged> {
  const folder = await Deno.makeTempDir({ prefix: "without-operator-" });
  const keys = new Map<Kind, string>();
  for (const kind of KINDS) {
    const seed = createSeed(kind);
    await Deno.writeTextFile(
      `${folder}/callout.${kind}.seed`,
      `${seed.reveal()}\n`,
      { mode: 0o600 },
    );
    keys.set(kind, decodeSeed(seed, kind).publicKey);
  }
  function fill(text: string, other?: Kind): string {
    return text.replaceAll(/\b(ACCOUNT|CURVE|USER)_KEY\b/g, (name) => {
      const kind = KINDS.find((each) => name === `${each.toUpperCase()}_KEY`);
      assert(kind !== undefined);
      return kind === other
        ? decodeSeed(createSeed(kind), kind).publicKey
        : keys.get(kind) ?? "";
    });
  }
  // Ports are the fixture's.
  const configuration = fill(block("conf"), wrong)
    .replaceAll(/^(?:listen|http): .*$/gm, "");
  let server = await startPlainServer(change(configuration));
  const issuer = await createTokenIssuer(`${folder}/issuer`);
  const text = fill(block("yaml"))
    .replace("nats://127.0.0.1:4222", server.natsUrl)
    .replace(
      /^issuers:[^]*/m,
      `development_issuer: { jwks_file: ${issuer.jwksFile} }\nmonitoring: { listen: 127.0.0.1:0 }\n`,
    );
  const { config } = parseConfig(text, {
    source: "docs/WITHOUT_OPERATOR.md",
    lookup: () => undefined,
    readFile: (file) =>
      readTextFile({
        ...file,
        path: file.path.startsWith("/") ? file.path : `${folder}/${file.path}`,
      }),
  });
  return {
    natsUrl: server.natsUrl,
    config,
    async restart(changed): Promise<void> {
      const { port } = new URL(server.natsUrl);
      await server[Symbol.asyncDispose]();
      server = await startPlainServer(changed(configuration), port);
    },
    token: async (sub) => (await issuer.mint({ sub, ttlSeconds: 60 })).reveal(),
    async [Symbol.asyncDispose](): Promise<void> {
      await server[Symbol.asyncDispose]();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

async function startScene(options: SceneOptions = {}): Promise<Scene> {
  const { config, ...arranged } = await arrange(options);
  const service = await startService(config);
  return {
    ...arranged,
    websocketUrl: "",
    service,
    async [Symbol.asyncDispose](): Promise<void> {
      await service.stop();
      await arranged[Symbol.asyncDispose]();
    },
  };
}

Deno.test("the files of docs/WITHOUT_OPERATOR.md let a client in with its token, and nobody without", async () => {
  await using scene = await startScene();
  const client = await openClient(scene, await scene.token("alice"));
  assert(await reaches(client, client, "users.alice.a", "users.alice.>"));
  await client.close();
  await assertRejects(
    () => openClient(scene, "nonsense"),
    Error,
    "Authorization",
  );
});

for (
  const [kind, code] of [
    ["curve", "request_seal_broken"],
    ["account", "request_account_unexpected"],
  ] as const
) {
  Deno.test(`a server with another ${kind} key refuses the client, and the log says ${code}`, async () => {
    await using scene = await startScene({ wrong: kind });
    const token = await scene.token("alice");
    await assertRejects(() => openClient(scene, token));
    const codes = scene.service.lines.map((line) => line.code);
    assertEquals(codes.filter((each) => each !== undefined), [code]);
  });
}

Deno.test("a server with another user key refuses the service, whose log says so", async () => {
  await using arranged = await arrange({ wrong: "user" });
  const abort = new AbortController();
  const log = createRecordingLog();
  await assertRejects(() =>
    connectNats(arranged.config.nats, {
      ...log,
      error(message, fields): void {
        log.error(message, fields);
        abort.abort();
      },
    }, abort.signal)
  );
  assertEquals(
    log.lines.map(({ fields }) => fields.code),
    ["nats_refused_credentials"],
  );
});

Deno.test("H10 nobody is placed in an account that is the callout's after the server's restart", async () => {
  await using scene = await startScene();
  const token = await scene.token("alice");
  await (await openClient(scene, token)).close();
  await scene.restart((text) =>
    text.replace("APP: {}", "OTHER: {}").replaceAll("AUTH", "APP")
      .replace("$SYS.REQ.USER.APP", "$SYS.REQ.USER.AUTH")
  );
  const { lines } = scene.service;
  while (!lines.some(({ message }) => message.startsWith("connected"))) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await assertRejects(() => openClient(scene, token));
  const { code, detail } = lines.at(-1) ?? {};
  assertEquals(
    [code, detail],
    ["internal_error", "no user is placed in the account of the callout"],
  );
});

Deno.test("H10 the service does not run where users would be placed in the account of the callout", async () => {
  await using arranged = await arrange({
    server: (text) =>
      text.replace("AUTH: {", "CALLOUT: {").replace(
        "account: AUTH",
        "account: CALLOUT",
      ),
  });
  const { accounts } = arranged.config;
  const misplaced = accounts.map((each) => ({ ...each, name: "CALLOUT" }));
  await assertRejects(
    () =>
      startService({
        ...arranged.config,
        accounts: [...accounts, ...misplaced],
      }),
    CalloutAccountError,
    "accounts: CALLOUT is the account of the callout",
  );
});

for (
  const [isAuthUser, outcome] of [[false, "refused"], [true, "let in"]] as const
) {
  Deno.test(`without an operator, a user with a password is ${outcome} ${isAuthUser ? "in" : "beside"} auth_users`, async () => {
    await using scene = await startScene({
      server: (text) =>
        text.replace(
          "APP: {}",
          "APP: { users: [ { user: bob, password: b } ] }",
        )
          .replace(
            /auth_users: \[(.*)\]/,
            `auth_users: [$1${isAuthUser ? ", bob" : ""}]`,
          ),
    });
    const login = (): Promise<NatsConnection> =>
      connect({
        servers: scene.natsUrl,
        user: "bob",
        pass: "b",
        reconnect: false,
      });
    if (isAuthUser) return await (await login()).close();
    await assertRejects(login, Error, "Authorization");
    assertEquals(scene.service.lines.at(-1)?.code, "bearer_token_malformed");
  });
}

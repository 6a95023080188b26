import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import {
  environmentOf,
  type Tree,
  withFiles,
} from "../../tests/fixtures/config_folder.ts";
import { KEYS, TEXT, VARIABLES } from "../../tests/fixtures/config_scene.ts";
import { GOOD, READABLE_BY_ALL } from "../../tests/fixtures/config_tree.ts";

Deno.test("loadConfig() reads files and the environment", async () => {
  await withFiles(GOOD, (load, directory) => {
    const { config, files, variables } = load(environmentOf(VARIABLES));
    assertEquals(config.callout.signingKey.reveal(), KEYS.signing.seed);
    assertEquals(variables, Object.keys(VARIABLES).sort());
    assert(files.includes(join(directory, "callout.signing_key")));
  });
});

Deno.test("J10 loadConfig() takes secrets out of the environment, and nothing else", async () => {
  await withFiles(GOOD, (load) => {
    const environment = environmentOf({ ...VARIABLES, PATH: "/bin" });
    load(environment);
    assertEquals([...environment.left.keys()], [
      "CALLOUT_ACCOUNT_KEY",
      "NATS_ACCOUNT_KEY",
      "PATH",
    ]);
  });
});

Deno.test("loadConfig() prefers the environment to .env, and .env to what the stack exported", async () => {
  const servers = (name: string): string => `NATS_URL=nats://${name}:4222\n`;
  const tree = {
    ...GOOD,
    "callout.yaml": TEXT.replace(
      "nats:",
      "nats:\n  servers: ${NATS_URL:-nats://default:4222}",
    ),
  };
  const exported = {
    "fs/nats-export/secrets/.env.account": servers("account"),
  };
  const cases: [
    tree: Tree,
    variables: Readonly<Record<string, string>>,
    host: string,
  ][] = [
    [tree, {}, "default"],
    [{ ...tree, ...exported }, {}, "account"],
    [{ ...tree, ...exported, ".env": servers("env") }, {}, "env"],
    [
      { ...tree, ...exported, ".env": servers("env") },
      { NATS_URL: "process" },
      "process",
    ],
    [{ ...tree, ...exported }, { NATS_URL: "" }, "default"],
  ];
  for (const [files, variables, host] of cases) {
    await withFiles(files, (load) => {
      const { config } = load(environmentOf({ ...VARIABLES, ...variables }));
      assertEquals(config.nats.servers, [`nats://${host}:4222`]);
    });
  }
});

Deno.test("loadConfig() takes the seeds of the stack's files", async () => {
  const {
    NATS_ACCOUNT_KEY,
    NATS_ACCOUNT_SECRET,
    CALLOUT_ACCOUNT_KEY,
    CALLOUT_XKEY,
  } = VARIABLES;
  const tree = {
    ...GOOD,
    ".env": { text: "", mode: READABLE_BY_ALL },
    "fs/nats-export/secrets/.env.account":
      `NATS_ACCOUNT_KEY=${NATS_ACCOUNT_KEY}\nNATS_ACCOUNT_SECRET="${NATS_ACCOUNT_SECRET}"\n`,
    "fs/nats-export/secrets/.env.callout":
      `# made by the stack\nCALLOUT_ACCOUNT_KEY=${CALLOUT_ACCOUNT_KEY}\n`,
  };
  await withFiles(tree, (load) => {
    const { config } = load(
      environmentOf({ CALLOUT_XKEY: CALLOUT_XKEY ?? "" }),
    );
    assertEquals(config.accounts[0]?.signingKey.reveal(), NATS_ACCOUNT_SECRET);
  });
});

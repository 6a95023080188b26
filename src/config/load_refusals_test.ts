import { assert, assertEquals, assertFalse, assertThrows } from "@std/assert";
import { join } from "node:path";
import {
  environmentOf,
  type Tree,
  withFiles,
} from "../../tests/fixtures/config_folder.ts";
import { KEYS, TEXT, VARIABLES } from "../../tests/fixtures/config_scene.ts";
import {
  CREDS,
  GOOD,
  issuesOf,
  READABLE_BY_ALL,
} from "../../tests/fixtures/config_tree.ts";
import { ConfigError, formatConfigError } from "./config_error.ts";

const wrong: [why: string, tree: Tree, path: string, problem: string][] = [
  [
    "a seed that others can read",
    {
      ...GOOD,
      "callout.signing_key": { text: KEYS.signing.seed, mode: 0o644 },
    },
    "callout.signing_key_file",
    "others on this machine can read or change it",
  ],
  [
    "a seed that others can change",
    {
      ...GOOD,
      "callout.signing_key": { text: KEYS.signing.seed, mode: 0o602 },
    },
    "callout.signing_key_file",
    "others on this machine can read or change it",
  ],
  [
    "creds that others can read",
    { ...GOOD, "callout.creds": { text: CREDS["callout.creds"], mode: 0o604 } },
    "nats.creds_file",
    "others on this machine can read or change it",
  ],
  [
    "a seed file that is empty",
    { ...GOOD, "callout.signing_key": "" },
    "callout.signing_key_file",
    "is empty",
  ],
  [
    "a seed file that is too long",
    { ...GOOD, "callout.signing_key": KEYS.signing.seed + " ".repeat(2000) },
    "callout.signing_key_file",
    "is longer than 1024 bytes",
  ],
  [
    "a seed file that is a folder",
    {
      ...GOOD,
      "callout.yaml": TEXT.replace(
        "signing_key_file: callout.signing_key",
        "signing_key_file: .",
      ),
    },
    "callout.signing_key_file",
    "is not a file",
  ],
  [
    "a seed file that cannot be read",
    {
      ...GOOD,
      "callout.yaml": TEXT.replace(
        "signing_key_file: callout.signing_key",
        "signing_key_file: callout.creds/seed",
      ),
    },
    "callout.signing_key_file",
    "cannot be read",
  ],
  [
    "a seed file that does not exist",
    {
      ...GOOD,
      "callout.yaml": TEXT.replace(
        "signing_key_file: callout.signing_key",
        "signing_key_file: no",
      ),
    },
    "callout.signing_key_file",
    "names no, which does not exist",
  ],
  [
    "variables with a seed that others can read",
    {
      ...GOOD,
      ".env": { text: "NATS_ACCOUNT_SECRET=SAX\n", mode: READABLE_BY_ALL },
    },
    ".env",
    "others on this machine can read or change it",
  ],
];

for (const [why, tree, path, problem] of wrong) {
  Deno.test(`loadConfig() refuses ${why}`, async () => {
    const issues = await issuesOf(tree);
    assertEquals(issues.map((issue) => issue.path), [path]);
    const text = `${issues[0]?.problem}`;
    assert(text.includes(problem), text);
  });
}

Deno.test("loadConfig() says which chmod helps", async () => {
  const tree = {
    ...GOOD,
    "callout.signing_key": { text: KEYS.signing.seed, mode: 0o644 },
  };
  const [issue] = await issuesOf(tree);
  assert(
    /^chmod 600 \S*callout\.signing_key/.test(issue?.remedy ?? ""),
    issue?.remedy,
  );
});

Deno.test("loadConfig() takes a seed that its group can read: containers share files so", async () => {
  const tree = {
    ...GOOD,
    "callout.signing_key": { text: KEYS.signing.seed, mode: 0o640 },
  };
  await withFiles(
    tree,
    (load) => assertEquals(load(environmentOf(VARIABLES)).warnings, []),
  );
});

Deno.test("loadConfig() refuses a seed that is not text", async () => {
  await withFiles(GOOD, (load, directory) => {
    writeBytes(join(directory, "callout.signing_key"), [0xc3, 0x28]);
    const error = assertThrows(
      () => load(environmentOf(VARIABLES)),
      ConfigError,
    );
    assert(error.message.includes("is not text in UTF-8"), error.message);
  });
});

function writeBytes(path: string, bytes: readonly number[]): void {
  Deno.writeFileSync(path, new Uint8Array(bytes));
}

Deno.test("loadConfig() names a configuration that is not there or not YAML", async () => {
  assertEquals(
    (await issuesOf({})).map(({ path, problem }) => [path, problem]),
    [
      ["callout.yaml", "does not exist"],
    ],
  );
  const [issue] = await issuesOf({ "callout.yaml": "a: [" });
  assert(issue?.path.startsWith("line 1"), issue?.path);
});

Deno.test("J1 loadConfig() shows no secret, whatever is wrong with it", async () => {
  const canary = `SAA${"CANARY".repeat(9)}C`;
  const trees: readonly Tree[] = [
    { ...GOOD, "callout.signing_key": canary },
    { ...GOOD, "callout.signing_key": { text: canary, mode: 0o644 } },
    { ...GOOD, "callout.creds": canary },
    {
      ...GOOD,
      "callout.creds": CREDS["callout.creds"].replace(/SU\w+/, canary),
    },
    {
      ...GOOD,
      ".env": `NATS_ACCOUNT_SECRET=${canary}\nCALLOUT_XKEY=${canary}\n`,
    },
    { ...GOOD, "issuer.jwks.json": canary },
  ];
  for (const tree of trees) {
    await withFiles(tree, (load) => {
      const { CALLOUT_ACCOUNT_KEY = "", NATS_ACCOUNT_KEY = "" } = VARIABLES;
      const environment = environmentOf({
        CALLOUT_ACCOUNT_KEY,
        NATS_ACCOUNT_KEY,
      });
      const error = assertThrows(() => load(environment), ConfigError);
      const said = `${formatConfigError(error)} ${Deno.inspect(error)}`;
      assertFalse(said.includes("CANARY"), said);
    });
  }
});

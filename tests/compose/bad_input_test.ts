/**
 * What is set wrongly: one clear line that names the variable or the file and
 * the way out, an exit code, and everything that was there is as it was.
 */
import {
  assert,
  assertEquals,
  assertMatch,
  assertNotEquals,
} from "@std/assert";
import { mustRun, type Ran, run } from "./command.ts";
import { OLD_NATS, OLD_NATS_BOX } from "./engine.ts";
import {
  createProject,
  type Project,
  SECRETS,
  type Settings,
} from "./project.ts";
import { testRun } from "./test_run.ts";

const ONE_OFF = ["run", "--rm", "-T", "--no-deps"];

/** With volumes and exported files, as after a first `up`. */
async function createInitialised(topic: string): Promise<Project> {
  const project = await createProject(topic);
  await project.compose(...ONE_OFF, "nats-init");
  await project.compose(...ONE_OFF, "nats-export");
  await project.compose(...ONE_OFF, "dev-issuer");
  return project;
}

/** All that there is to overwrite. */
async function fingerprint(project: Project): Promise<string> {
  return await project.compose(
    ...ONE_OFF,
    ...[`--volume=${project.folder}/${SECRETS}:/secrets:ro`, "--entrypoint=sh"],
    ...["nats-init", "-ec"],
    "find /nsc /config /secrets -type f | sort | xargs sha256sum",
  );
}

/** The container's own lines in what a failed command has printed. */
function linesOf(container: string, { output }: Ran): readonly string[] {
  return output.split("\n").filter((line) => line.startsWith(`${container}: `));
}

async function assertRefused(
  project: Project,
  [container, ...args]: readonly [string, ...string[]],
  expected: RegExp,
): Promise<void> {
  const ran = await project.try(...args, ...ONE_OFF, container);
  assertNotEquals(ran.code, 0, `${expected}`);
  const lines = linesOf(container, ran);
  assertEquals(lines.length, 1, ran.output);
  assertMatch(lines[0] ?? "", expected);
}

const LONG = "A".repeat(65);

/** What nats-init refuses, before anything has begun. */
const REFUSED_AT_ONCE: readonly (readonly [Settings, RegExp])[] = [
  [{ "NATS_OPERATOR": "" }, /NATS_OPERATOR is empty: set it in \.env/],
  [{ "NATS_ACCOUNT": "" }, /NATS_ACCOUNT is empty: set it in \.env/],
  [{ "NATS_VER": "" }, /NATS_VER is empty: set it in \.env/],
  [{ "NATS_BOX_VER": "" }, /NATS_BOX_VER is empty: set it in \.env/],
  [{ "DENO_VER": "" }, /DENO_VER is empty: set it in \.env/],
  [{ "NATS_PORT": "" }, /NATS_PORT is empty: set it in \.env/],
  [{ "NATS_WEBSOCKET_PORT": "" }, /NATS_WEBSOCKET_PORT is empty: set it/],
  [{ "NATS_MONITORING_PORT": "" }, /NATS_MONITORING_PORT is empty: set it/],
  [
    { "NATS_OPERATOR": "my operator" },
    /NATS_OPERATOR="my operator" cannot .*letters/,
  ],
  [{ "NATS_OPERATOR": "a/b" }, /NATS_OPERATOR="a\/b" cannot be used as a name/],
  [{ "NATS_OPERATOR": "../up" }, /NATS_OPERATOR="\.\.\/up" cannot be used/],
  [
    { "NATS_ACCOUNT": "my account" },
    /NATS_ACCOUNT="my account" cannot be used/,
  ],
  [{ "NATS_ACCOUNT": "a/b" }, /NATS_ACCOUNT="a\/b" cannot be used as a name/],
  [{ "NATS_ACCOUNT": "-a" }, /NATS_ACCOUNT="-a" cannot be used as a name/],
  [{ "NATS_ACCOUNT": LONG }, /NATS_ACCOUNT is 65 characters long: at most 64/],
  [{ "NATS_ACCOUNT": "AUTH" }, /NATS_ACCOUNT=AUTH: .*choose another name/],
  [{ "NATS_ACCOUNT": "SYS" }, /NATS_ACCOUNT=SYS: .*choose another name/],
  [
    { "NATS_OPERATOR": "OTHER" },
    /NATS_OPERATOR=OTHER, .*set NATS_OPERATOR=LOCAL/,
  ],
  [
    { "NATS_VER": OLD_NATS },
    /NATS_VER=2\.10-alpine is too old: .*2\.11\.2 or newer/,
  ],
  [{ "NATS_VER": "2.15" }, /NATS_VER=2\.15: .*set NATS_VER=2\.15-alpine/],
  [
    { "NATS_BOX_VER": OLD_NATS_BOX },
    /too old for auth callout: set NATS_BOX_VER=/,
  ],
];

Deno.test("nats-init refuses what cannot work, in one line, and touches nothing", async () => {
  await using project = await createInitialised("refused");
  const before = await fingerprint(project);
  for (const [settings, expected] of REFUSED_AT_ONCE) {
    await project.configure(settings);
    await assertRefused(project, ["nats-init"], expected);
  }
  await project.configure();
  assertEquals(await fingerprint(project), before);
});

Deno.test("up fails where nats-init does, and its log has the one line", async () => {
  await using project = await createInitialised("refused-up");
  const before = await fingerprint(project);
  for (
    const [settings, expected] of [
      [
        { "NATS_ACCOUNT": "my account" },
        /NATS_ACCOUNT="my account" cannot be used/,
      ],
      [{ "NATS_VER": OLD_NATS }, /NATS_VER=2\.10-alpine is too old/],
      [
        { "NATS_BOX_VER": OLD_NATS_BOX },
        /too old for auth callout: set NATS_BOX_VER=/,
      ],
    ] as const
  ) {
    await project.configure(settings);
    const { code } = await project.try("up", "--detach", "--wait");
    assertNotEquals(code, 0);
    const said = await project.saidBy("nats-init");
    assertEquals(said.length, 1, said.join("\n"));
    assertMatch(said[0] ?? "", expected);
    const running = await project.compose("ps", "--quiet");
    assertEquals(running, "", "nothing runs");
  }
  await project.configure();
  assertEquals(await fingerprint(project), before);
});

Deno.test("nats-export refuses what cannot work, in one line, and overwrites nothing", async () => {
  await using project = await createInitialised("export");
  const before = await fingerprint(project);
  const rows: readonly (readonly [Settings, RegExp])[] = [
    [{ "CALLOUT_UID": "" }, /CALLOUT_UID="" is not a number: set it in \.env/],
    [
      { "CALLOUT_UID": "me" },
      /CALLOUT_UID="me" is not a number: set it in \.env/,
    ],
    [{ "CALLOUT_UID": "0" }, /CALLOUT_UID=0: .*does not run as root, set it/],
    [{ "CALLOUT_GID": "" }, /CALLOUT_GID="" is not a number: set it in \.env/],
    [
      { "DEV_ISSUER": "" },
      /DEV_ISSUER="" is neither on nor off: set it in \.env/,
    ],
    [{ "DEV_ISSUER": "yes" }, /DEV_ISSUER="yes" is neither on nor off: set it/],
  ];
  for (const [settings, expected] of rows) {
    await project.configure(settings);
    await assertRefused(project, ["nats-export"], expected);
  }
  await project.configure();
  assertEquals(await fingerprint(project), before);
});

Deno.test("secrets of another operator are not overwritten", async () => {
  await using project = await createInitialised("first");
  await using other = await createInitialised("second");
  for (const name of [".env.account", ".env.callout"]) {
    const path = `${project.folder}/${SECRETS}/${name}`;
    const own = await Deno.readTextFile(path);
    await Deno.writeTextFile(path, await other.readSecret(name));
    const before = await fingerprint(project);
    await assertRefused(
      project,
      ["nats-export"],
      new RegExp(
        `fs/nats-export/secrets/${name} holds keys of another operator.*move`,
      ),
    );
    assertEquals(await fingerprint(project), before);
    await Deno.writeTextFile(path, own);
  }
  await project.compose(...ONE_OFF, "nats-export");
});

/** What is mounted read-only, by the container that has to write there. */
const READ_ONLY:
  readonly (readonly [container: string, mount: string, RegExp])[] = [
    [
      "nats-init",
      "nsc_data:/nsc:ro",
      /cannot write to volume nsc_data .*read-only/,
    ],
    ["nats-init", "nsc_config:/config:ro", /cannot write to volume nsc_config/],
    ["nats-server", "nats_data:/data:ro", /cannot write to volume nats_data/],
    [
      "nats-export",
      `./${SECRETS}:/secrets:ro`,
      /cannot write to fs\/nats-export\/secrets .*read-only/,
    ],
  ];

Deno.test("a read-only volume is named", async () => {
  await using project = await createInitialised("read-only");
  const before = await fingerprint(project);
  for (const [index, [container, mount, expected]] of READ_ONLY.entries()) {
    const overlay = `read-only-${index}.yaml`;
    await Deno.writeTextFile(
      `${project.folder}/${overlay}`,
      `services:\n  ${container}:\n    volumes:\n      - ${mount}\n`,
    );
    const files = ["-f", "docker-compose.yaml", "-f", overlay];
    await assertRefused(project, [container, ...files], expected);
  }
  assertEquals(await fingerprint(project), before);
});

Deno.test("a server that is too old under a tag that does not tell is found out by itself", async () => {
  await using project = await createInitialised("old-server");
  const tag = `${testRun().name}-alpine`;
  await mustRun("docker", ["tag", `nats:${OLD_NATS}`, `nats:${tag}`]);
  try {
    await project.configure({ "NATS_VER": tag });
    await assertRefused(
      project,
      ["nats-server"],
      /nats-server v?2\.10\.\d+ \(NATS_VER=\S+\) is too old: .*2\.11\.2 or newer, set NATS_VER/,
    );
    const { code } = await project.try("up", "--detach", "--wait");
    assertNotEquals(code, 0);
  } finally {
    await run("docker", ["image", "rm", "--force", `nats:${tag}`]);
  }
});

Deno.test("a port in use is named, and nothing else is touched", async () => {
  await using project = await createInitialised("port");
  const before = await fingerprint(project);
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  for (
    const name of ["NATS_PORT", "NATS_WEBSOCKET_PORT", "NATS_MONITORING_PORT"]
  ) {
    await project.configure({ [name]: `127.0.0.1:${port}` });
    const { code, output } = await project.try("up", "--detach", "--wait");
    assertNotEquals(code, 0);
    assertMatch(output, new RegExp(`${port}.*(?:already|in use)`));
  }
  await project.configure();
  assertEquals(await fingerprint(project), before);
});

Deno.test("the service says which setting or file is wrong, and ends with 2", async () => {
  await using project = await createInitialised("service");
  const start = [...ONE_OFF, "auth-callout"];

  await project.configure({ "DEV_ISSUER": "off" });
  await project.compose(...ONE_OFF, "nats-export");
  const nobodyTrusted = await project.try(...start);
  assertEquals(nobodyTrusted.code, 2, nobodyTrusted.output);
  assertMatch(nobodyTrusted.output, /set OIDC_ISSUER/);

  await project.configure({ "OIDC_ISSUER": "http://id.example.com" });
  const insecure = await project.try(...start);
  assertEquals(insecure.code, 2, insecure.output);
  assertMatch(insecure.output, /OIDC_ISSUER/);

  await project.configure();
  await project.compose(...ONE_OFF, "nats-export");
  const seed = `${project.folder}/${SECRETS}/callout.xkey`;
  await Deno.rename(seed, `${seed}.away`);
  const missing = await project.try(...start);
  assertEquals(missing.code, 2, missing.output);
  assertMatch(missing.output, /fs\/nats-export\/secrets\/callout\.xkey/);

  await Deno.rename(`${seed}.away`, seed);
  await Deno.chmod(seed, 0o644);
  const open = await project.try(...start);
  assertEquals(open.code, 2, open.output);
  assertMatch(open.output, /callout\.xkey[^]*(?:chmod|others)/);
  for (const { output } of [nobodyTrusted, insecure, missing, open]) {
    assert(!/\bS[AX][A-Z2-7]{50,}/.test(output), "no seed is shown");
  }
});

Deno.test("a configuration of one's own that is not there is named", async () => {
  await using project = await createProject("configuration");
  await project.configure({ "CALLOUT_CONFIG": "config/mine.yaml" });
  const { code, output } = await project.try(...ONE_OFF, "auth-callout");
  assertNotEquals(code, 0);
  assertMatch(output, /config\/mine\.yaml/);
});

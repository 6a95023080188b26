/**
 * `deno task check` against real servers: one that is set up as it should be,
 * and ones where each thing is wrong once.
 */
import {
  assert,
  assertEquals,
  assertFalse,
  assertStringIncludes,
} from "@std/assert";
import type { SetupDocuments } from "../../src/cli/finding.ts";
import { readSetup } from "../../src/cli/monitoring_documents.ts";
import { judgeSetup } from "../../src/cli/setup_findings.ts";
import { runMain } from "../fixtures/command.ts";
import { openClient } from "../fixtures/nats_client.ts";
import { startService } from "../fixtures/service.ts";
import { startStack, type TestStack } from "../fixtures/stack.ts";

interface Run {
  readonly code: number;
  readonly output: string;
}

/** A server looks at an account once somebody has used it. */
async function startUsedStack(): Promise<TestStack> {
  const stack = await startStack();
  await using _service = await startService(await stack.config());
  const client = await openClient(stack, await stack.token("alice"));
  await client.close();
  return stack;
}

async function runCheck(
  stack: TestStack,
  args: readonly string[],
): Promise<Run> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["task", "-q", "check", ...args],
    env: stack.environment,
  }).output();
  const decoder = new TextDecoder();
  return { code, output: decoder.decode(stdout) + decoder.decode(stderr) };
}

Deno.test("check finds nothing wrong with the embedded stack", async () => {
  await using stack = await startUsedStack();
  const sentinelFile = `${stack.server.folder}/sentinel.conf`;
  await Deno.writeTextFile(
    sentinelFile,
    `default_sentinel: ${stack.operator.sentinelJwt}\n`,
  );
  const { code, output } = await runCheck(stack, [
    "--server",
    stack.monitoringUrl,
    "--sentinel",
    sentinelFile,
  ]);
  assertEquals(code, 0, output);
  assert(output.includes(" good, 1 doubtful, 0 wrong, 0 not checked."), output);
  assert(
    output.includes("✓ sentinel, permissions: everything denied, both ways"),
    output,
  );
  assert(
    !output.includes(stack.environment["CALLOUT_SIGNING_KEY"] ?? "-"),
    "a seed was printed",
  );
});

Deno.test("A4 check promises no longer tokens than the service takes", async () => {
  await using stack = await startStack();
  const { output } = await runCheck(stack, ["--server", stack.monitoringUrl]);
  assertStringIncludes(
    output,
    "max_control_line: 32768 bytes: tokens up to about 8192 get in\n",
  );
});

Deno.test("check says what it cannot see yet", async () => {
  await using stack = await startStack();
  const { code, output } = await runCheck(stack, [
    "--server",
    stack.monitoringUrl,
  ]);
  assertEquals(code, 0, output);
  assertStringIncludes(
    output,
    "? account AUTH: not checked: nobody has used it at this server yet\n",
  );
  assertStringIncludes(
    output,
    "? sentinel: not checked: monitoring does not show it\n    -> add --sentinel",
  );
});

Deno.test("check says in one line when the server is not there", async () => {
  await using stack = await startStack();
  const { code, output } = await runCheck(stack, [
    "--server",
    "http://127.0.0.1:9",
  ]);
  assertEquals(code, 2);
  assert(output.includes("Cannot read http://127.0.0.1:9"), output);
});

Deno.test("check says in one line that an address is not that of monitoring", async () => {
  await using stack = await startStack();
  const cases: readonly (readonly [server: string, said: string])[] = [
    [`${stack.monitoringUrl}/varz`, '/varz/ has no "varz": --server is'],
    [
      `${stack.monitoringUrl.replace("//", "//ops:hidden@")}/varz`,
      '/varz/ has no "varz": --server is',
    ],
    [stack.natsUrl.replace("nats:", "http:"), ". --server is the monitoring"],
  ];
  for (const [server, said] of cases) {
    const { code, output } = await runCheck(stack, ["--server", server]);
    assertEquals(code, 2, output);
    assertStringIncludes(output, said);
    assertEquals(output.trim().split("\n").length, 1, output);
    assertFalse(output.includes("hidden"), output);
  }
});

// deno-lint-ignore no-explicit-any -- the documents are spoiled in place
type Changeable = any;
type Spoil = (documents: Changeable) => void;

function changeable(documents: SetupDocuments): Changeable {
  return structuredClone(documents);
}

const spoiled: [why: string, spoil: Spoil, where: string][] = [
  ["an old server", (d) => d.varz.version = "2.11.1", "nats-server"],
  ["a clock that is a minute off", (d) => d.varzTime.from += 60_000, "clock"],
  ["a short time-out", (d) => d.varz.auth_timeout = 2, "authorization.timeout"],
  [
    "a short control line",
    (d) => d.varz.max_control_line = 4096,
    "max_control_line",
  ],
  [
    "an account that is not pushed",
    (d) => d.calloutAccount = undefined,
    "account AUTH",
  ],
  [
    "another service user",
    (d) => d.calloutAccount.decoded_jwt.nats.authorization.auth_users = ["U"],
    "account AUTH, auth_users",
  ],
  [
    "N8 another auth user",
    (d) => d.calloutAccount.decoded_jwt.nats.authorization.auth_users.push("U"),
    "account AUTH, auth_users",
  ],
  [
    "N8 no xkey",
    (d) => delete d.calloutAccount.decoded_jwt.nats.authorization.xkey,
    "account AUTH, xkey",
  ],
  [
    "an unknown signing key",
    (d) => d.calloutAccount.decoded_jwt.nats.signing_keys = [],
    "account AUTH, signing_keys",
  ],
  [
    "an account that may not be granted",
    (d) =>
      d.calloutAccount.decoded_jwt.nats.authorization.allowed_accounts = [],
    "account AUTH, allowed_accounts",
  ],
  [
    "N2 JetStream in AUTH",
    (d) => d.calloutAccount.decoded_jwt.nats.limits.disk_storage = -1,
    "account AUTH, JetStream",
  ],
  [
    "N2 JetStream in AUTH, by tiers",
    (d) =>
      d.calloutAccount.decoded_jwt.nats.limits.tiered_limits = {
        "R1": { "mem_storage": 0, "disk_storage": -1 },
      },
    "account AUTH, JetStream",
  ],
  [
    "N2 an import into AUTH",
    (d) => d.calloutAccount.decoded_jwt.nats.imports = [{}],
    "account AUTH, imports and exports",
  ],
  [
    "a connection limit in AUTH",
    (d) => d.calloutAccount.decoded_jwt.nats.limits.conn = 100,
    "account AUTH, connections",
  ],
  [
    "no bearers in AUTH",
    (d) => d.calloutAccount.decoded_jwt.nats.limits.disallow_bearer = true,
    "account AUTH, bearer users",
  ],
  [
    "an unknown application key",
    (d) => d.accounts.get("APP").decoded_jwt.nats.signing_keys = [],
    "account APP, signing_keys",
  ],
];

Deno.test("check sees each thing that can be wrong", async (test) => {
  await using stack = await startUsedStack();
  const config = await stack.config();
  const documents = await readSetup(config, stack.monitoringUrl);
  assertEquals(
    judgeSetup(config, documents).filter(({ verdict }) => verdict !== "good"),
    [],
  );
  for (const [why, spoil, where] of spoiled) {
    await test.step(why, () => {
      const changed = changeable(documents);
      spoil(changed);
      const found = judgeSetup(config, changed)
        .filter(({ verdict }) => verdict !== "good");
      assertEquals(found.map((finding) => finding.where), [where]);
      assert(found[0]?.remedy !== undefined);
    });
  }
});

const sound: [why: string, change: Spoil][] = [
  [
    "an account without storage, which has no JetStream, as nsc writes it",
    (d) =>
      Object.assign(d.calloutAccount.decoded_jwt.nats.limits, {
        "mem_storage": 0,
        "disk_storage": 0,
        "streams": -1,
        "consumer": -1,
        "tiered_limits": {},
      }),
  ],
  [
    "an account that may grant every account",
    (d) =>
      d.calloutAccount.decoded_jwt.nats.authorization.allowed_accounts = ["*"],
  ],
];

Deno.test("check finds nothing wrong with what is sound in another way", async (test) => {
  await using stack = await startUsedStack();
  const config = await stack.config();
  const documents = await readSetup(config, stack.monitoringUrl);
  for (const [why, change] of sound) {
    await test.step(why, () => {
      const changed = changeable(documents);
      change(changed);
      assertEquals(
        judgeSetup(config, changed).filter(({ verdict }) => verdict !== "good"),
        [],
      );
    });
  }
});

Deno.test("check and explain say what is wrong with the configuration, and of no start", async () => {
  const environment = { CALLOUT_CONFIG: "not/there.yaml" };
  for (const command of ["check", "explain", "rules:test"]) {
    const args = command === "explain" ? ["--claims", '{"sub":"a"}'] : [];
    const { code, stderr } = await runMain([command, ...args], {
      environment,
      permissions: ["--allow-env", "--allow-read"],
    });
    assertEquals(code, 2, command);
    assertStringIncludes(stderr, "1 problem in not/there.yaml.");
    assertFalse(stderr.includes("start"), stderr);
  }
  const started = await runMain(["start"], {
    environment,
    permissions: ["--allow-env", "--allow-read"],
  });
  assertStringIncludes(
    started.stderr,
    "Cannot start: 1 problem in not/there.yaml.",
  );
});

Deno.test("check of the configuration alone says that NATS was not looked at", async () => {
  await using stack = await startStack();
  const { code, output } = await runCheck(stack, []);
  assertEquals(code, 0, output);
  assertStringIncludes(
    output,
    "? NATS: not checked: no server is named\n    -> add --server http://127.0.0.1:8222\n\n1 good, 1 doubtful, 0 wrong, 1 not checked.",
  );
});

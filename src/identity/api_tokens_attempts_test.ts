import { assertEquals } from "@std/assert";
import {
  createApiTokensScene,
  entryOf,
  wrongSecret,
} from "../../tests/fixtures/api_tokens_scene.ts";
import { brief } from "../../tests/fixtures/introspection_scene.ts";
import { until } from "../../tests/fixtures/key_server.ts";
import { createApiToken } from "./api_token.ts";

Deno.test("G8 beyond a host's limit even the right token is held up where it has just failed with that id, and nobody else", async () => {
  const [guessed, other] = [createApiToken(), createApiToken()];
  await using scene = await createApiTokensScene(
    entryOf(guessed),
    entryOf(other),
  );
  for (let count = 0; count < 20; count++) {
    assertEquals(
      brief(scene.judge(wrongSecret(guessed))),
      "bearer_token_unknown",
    );
  }
  for (let count = 0; count < 100; count++) {
    for (const text of [guessed.token, wrongSecret(guessed)]) {
      assertEquals(brief(scene.judge(text)), "attempts_too_many");
    }
    assertEquals(brief(scene.judge(other.token)), "identity sensor-17");
    assertEquals(
      brief(scene.judge(guessed.token, "192.0.2.8")),
      "identity sensor-17",
    );
  }
  // Who was held up has not made it worse.
  scene.clocks.advance(2_000);
  assertEquals(brief(scene.judge(guessed.token)), "identity sensor-17");
});

Deno.test("G8 beyond a host's limit wrong tokens are no longer told apart", async () => {
  const made = createApiToken();
  await using scene = await createApiTokensScene(entryOf(made));
  for (let count = 0; count < 20; count++) {
    assertEquals(
      brief(scene.judge(createApiToken().token)),
      "bearer_token_unknown",
    );
  }
  for (const wrong of [createApiToken().token, wrongSecret(made), "nct_x"]) {
    assertEquals(brief(scene.judge(wrong)), "attempts_too_many");
  }
  assertEquals(
    brief(scene.judge(createApiToken().token, "192.0.2.8")),
    "bearer_token_unknown",
  );
  scene.clocks.advance(2_000);
  assertEquals(
    brief(scene.judge(createApiToken().token)),
    "bearer_token_unknown",
  );
});

Deno.test("G8 failures with one id are limited over all hosts, and its owner gets in from one that has not failed", async () => {
  const made = createApiToken();
  await using scene = await createApiTokensScene(entryOf(made));
  for (let count = 0; count < 100; count++) {
    scene.judge(wrongSecret(made), `198.51.100.${count}`);
  }
  assertEquals(
    brief(scene.judge(made.token, "203.0.113.1")),
    "identity sensor-17",
  );
  assertEquals(
    brief(scene.judge(wrongSecret(made), "203.0.113.1")),
    "attempts_too_many",
  );
  assertEquals(
    brief(scene.judge(made.token, "198.51.100.99")),
    "attempts_too_many",
  );
});

Deno.test("G8 one IPv6 network counts as one host", async () => {
  await using scene = await createApiTokensScene();
  for (let count = 0; count < 20; count++) {
    scene.judge(createApiToken().token, `2001:db8:0:1::${count.toString(16)}`);
  }
  const token = createApiToken().token;
  assertEquals(
    brief(scene.judge(token, "2001:db8:0:1:ffff::1")),
    "attempts_too_many",
  );
  assertEquals(
    brief(scene.judge(token, "2001:db8:0:2::1")),
    "bearer_token_unknown",
  );
});

Deno.test("G8 an IPv6 network that has failed with an id is held up wherever in it the next attempt comes from", async () => {
  const made = createApiToken();
  await using scene = await createApiTokensScene(entryOf(made));
  for (let count = 0; count < 20; count++) {
    scene.judge(wrongSecret(made), `2001:db8:0:1::${count.toString(16)}`);
  }
  assertEquals(
    brief(scene.judge(made.token, "2001:db8:0:1:ffff::1")),
    "attempts_too_many",
  );
});

Deno.test("G8 beyond a host's limit a failure with a further id holds that one up, too", async () => {
  const made = createApiToken();
  await using scene = await createApiTokensScene(entryOf(made));
  for (let count = 0; count < 20; count++) {
    scene.judge(createApiToken().token);
  }
  assertEquals(brief(scene.judge(wrongSecret(made))), "attempts_too_many");
  assertEquals(brief(scene.judge(made.token)), "attempts_too_many");
});

Deno.test("G8 whoever tried before its token was in the file is not held up once it is", async () => {
  const [early, first] = [createApiToken(), createApiToken()];
  await using scene = await createApiTokensScene(entryOf(first));
  for (let count = 0; count < 30; count++) scene.judge(early.token);
  assertEquals(brief(scene.judge(early.token)), "attempts_too_many");
  await scene.write(entryOf(early));
  await until(() => brief(scene.judge(first.token)) !== "identity sensor-17");
  assertEquals(brief(scene.judge(early.token)), "identity sensor-17");
});

import { assert } from "@std/assert";
import { json } from "../../tests/fixtures/asked_server.ts";
import {
  goodAnswer,
  introspectionScene,
  TOKEN,
} from "../../tests/fixtures/introspection_scene.ts";

Deno.test("J1 neither an outcome nor a log line holds the token, the client's secret or the answer", async () => {
  const canary = "canary-in-the-answer";
  const answers = [
    () => json(goodAnswer({ sub: undefined, note: canary })),
    () => json(`{"active": true, "${canary}"`),
    () => json({ active: canary }),
    () => json({ error: canary, error_description: TOKEN }, { status: 400 }),
    () =>
      new Response(canary, {
        status: 401,
        headers: { "www-authenticate": canary },
      }),
    () => new Response(canary, { status: 500 }),
  ];
  for (const answer of answers) {
    await using scene = introspectionScene(answer);
    const outcome = await scene.judge();
    assert(outcome.kind !== "identity");
    const said =
      JSON.stringify([outcome, scene.clocks.dependencies.log.lines]) +
      Deno.inspect([outcome, scene.authenticator]);
    for (const secret of [TOKEN, "canary"]) {
      assert(!said.includes(secret), said);
    }
  }
});

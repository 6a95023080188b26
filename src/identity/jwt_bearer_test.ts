/** JWTs whose keys have to be waited for, and what the wait does to them. */
import { assertRejected, claims } from "../../tests/fixtures/jwt_scene.ts";
import { jwksOf } from "../../tests/fixtures/jwt_signer.ts";
import { hold, json, until } from "../../tests/fixtures/key_server.ts";
import {
  COOLDOWN_SECONDS,
  sceneTest,
  second,
} from "../../tests/fixtures/remote_scene.ts";

for (
  const [why, kid] of [
    ["an unknown key", "second"],
    ["a newer key of the same name", "first"],
  ] as const
) {
  sceneTest(
    `C4 a token that expired while ${why} was waited for is refused`,
    async ({ bearer, server, ask, pass, step }) => {
      await bearer.start();
      const held = hold(() => json(jwksOf({ ...second.jwk, kid })));
      server.answer = held.answer;
      pass(COOLDOWN_SECONDS);
      const outcome = ask(second.token(claims(), { kid }));
      await until(() => server.asked.length === 2);
      // Beyond its exp, and the tolerance.
      step(630);
      held.release();
      assertRejected(await outcome, "bearer_token_expired");
    },
  );
}

/**
 * One suite for every kind of token: what must be true of whoever judges one.
 */
import { assert, assertEquals } from "@std/assert";
import { createHold, json, START_SECONDS } from "../fixtures/asked_server.ts";
import { SPACES } from "../fixtures/hostile_texts.ts";
import { brief } from "../fixtures/introspection_scene.ts";
import { endlessBody, slowBody } from "../fixtures/key_server.ts";
import { TOKEN_KINDS } from "./authenticator_kinds.ts";
import { kindTest } from "./running_kind.ts";

const HOSTILE: readonly string[] = [
  "",
  " ",
  "\0",
  "a b",
  "é",
  "\ud800",
  "\u202e",
  "a\r\nAuthorization: x",
  "..",
  "a.b.c",
  "eyJ.eyJ.eyJ",
  "null",
  "{}",
  "[]",
  "nct_",
  "../../etc/passwd",
  "${jndi:ldap://x}",
  "Bearer x",
  ...SPACES.map((space) => `good${space}`),
];

for (const kind of TOKEN_KINDS) {
  kindTest(
    kind,
    "a good token is an identity of its kind, each time",
    async ({ scene, authenticator, judge }) => {
      const token = scene.goodToken();
      for (let count = 0; count < 3; count++) {
        const outcome = await judge(token);
        assert(outcome.kind === "identity", JSON.stringify(outcome));
        assertEquals(outcome.sub, scene.sub);
        assertEquals(outcome.credential, kind.credential);
        assertEquals(Number(outcome.expiresAt), START_SECONDS + 600);
      }
      assertEquals(
        authenticator.status().map(({ credential }) => credential),
        kind.credential === "custom" ? [] : [kind.credential],
      );
      assert(authenticator.status().every(({ ready }) => ready));
    },
  );

  kindTest(
    kind,
    "C3 C4 what is spoiled is refused with its code, and a good token still accepted",
    async ({ scene, judge }) => {
      for (const [why, { token, code }] of Object.entries(scene.spoiled)) {
        assertEquals(brief(await judge(token())), code, why);
      }
      assertEquals((await judge(scene.goodToken())).kind, "identity");
    },
  );

  kindTest(
    kind,
    "C4 a good token is refused from the second on in which it expires, whatever is remembered",
    async ({ scene, judge, judgeAt }) => {
      const token = scene.goodToken();
      assertEquals((await judge(token)).kind, "identity");
      const { toleranceSeconds = 30 } = kind;
      const endMs = (START_SECONDS + 600 + toleranceSeconds) * 1000;
      assertEquals((await judgeAt(token, endMs - 1)).kind, "identity");
      assertEquals(brief(await judgeAt(token, endMs)), "bearer_token_expired");
    },
  );

  kindTest(
    kind,
    "A4 an oversize token is refused, and nobody is asked",
    async ({ scene, judge }) => {
      const before = scene.asked?.asked.length;
      for (
        const token of [
          "a".repeat(20_000),
          scene.goodToken() + "a".repeat(20_000),
        ]
      ) {
        const outcome = await judge(token);
        assertEquals(outcome.kind, "rejected", JSON.stringify(outcome));
      }
      assertEquals(scene.asked?.asked.length, before);
    },
  );

  kindTest(
    kind,
    "A2 A9 hostile texts are refused, not thrown about, and blamed on nobody else",
    async ({ scene, judge }) => {
      for (const text of HOSTILE) {
        const outcome = await judge(text);
        const accepted = scene.asksAboutAnything && /^[\x21-\x7e]+$/.test(text);
        if (accepted) continue;
        assertEquals(outcome.kind, "rejected", JSON.stringify([text, outcome]));
      }
    },
  );

  kindTest(
    kind,
    "J1 neither an outcome nor the log holds a token",
    async ({ scene, clocks, judge }) => {
      const tokens = [
        scene.goodToken(),
        ...Object.values(scene.spoiled).map(({ token }) => token()),
        "canary-0123456789-canary",
        "eyJjYW5hcnkiOjEyMzQ1Njc4OTB9.canary-0123456789.canary-0123456789",
      ];
      const said: unknown[] = [];
      for (const token of tokens) {
        const outcome = await judge(token);
        if (outcome.kind !== "identity") said.push(outcome);
      }
      const text = JSON.stringify([said, clocks.dependencies.log.lines]);
      for (const token of tokens) {
        for (const part of token.split(/[.|]/)) {
          // The id of an API token is its name, in lists and in the log.
          if (part.startsWith("nct_")) continue;
          assert(part.length < 20 || !text.includes(part), text);
        }
      }
    },
  );

  kindTest(
    kind,
    "after stop() nothing goes on, and a login gets an answer at once",
    async ({ scene, authenticator, judge }) => {
      authenticator.stop();
      const start = performance.now();
      await judge(scene.goodToken());
      assert(performance.now() - start < 200);
    },
  );
}

for (const kind of TOKEN_KINDS.filter(({ asks }) => asks)) {
  kindTest(
    kind,
    "F11 F12 an issuer that does not answer well makes nobody an identity, and is not taken for a refusal",
    async ({ scene, clocks, judge }) => {
      const { asked } = scene;
      assert(asked !== undefined);
      const hold = createHold();
      const proper = asked.answer;
      const answers: readonly (() => Response | Promise<Response>)[] = [
        () => json("{}", { status: 400 }),
        () => json("{}", { status: 200 }),
        () => new Response("<html>", { status: 200 }),
        () => json('{"active":"true","result":"true"}'),
        () => json("[".repeat(5_000)),
        () => new Response(null, { status: 302, headers: { location: "/" } }),
        () =>
          new Response(slowBody(" ", 100), {
            headers: { "content-type": "application/json" },
          }),
        () =>
          new Response(endlessBody(" "), {
            headers: { "content-type": "application/json" },
          }),
        hold.answer,
      ];
      for (const answer of answers) {
        asked.answer = answer;
        const token = scene.goodToken();
        const start = performance.now();
        const outcome = await judge(token);
        assert(outcome.kind !== "identity", String(answer));
        assert(performance.now() - start < 1_500);
        if (outcome.kind === "rejected") {
          assertEquals(outcome.code, "claim_invalid");
        }
        // Forgotten as soon as the issuer answers well; a refusal soon after.
        asked.answer = proper;
        if (outcome.kind === "rejected") clocks.advance(11_000);
        assertEquals((await judge(token)).kind, "identity");
      }
      hold.release();
    },
  );

  kindTest(
    kind,
    "F12 a login that gives up gets its answer then",
    async ({ scene, judge }) => {
      const { asked } = scene;
      assert(asked !== undefined);
      const hold = createHold();
      asked.answer = hold.answer;
      const start = performance.now();
      const outcome = await judge(scene.goodToken(), AbortSignal.timeout(50));
      assertEquals(outcome.kind, "unavailable");
      assert(performance.now() - start < 250);
      hold.release();
    },
  );
}

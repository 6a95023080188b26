import type { Msg } from "@nats-io/nats-core";
import { assertEquals } from "@std/assert";
import type { Decision } from "../callout/authorize.ts";
import { monotonicClock, systemClock } from "../base/time.ts";
import { rejected } from "../base/outcome.ts";
import { requestOf } from "../../tests/fixtures/callout_scene.ts";
import { createJudging } from "./judging.ts";

const MESSAGE: Msg = {
  subject: "$SYS.REQ.USER.AUTH",
  sid: 1,
  reply: "$SYS._INBOX.a.b",
  data: new Uint8Array(),
  respond: () => false,
  json(): never {
    throw new Error("not used");
  },
  string: () => "",
};

const REFUSED: Decision = {
  end: rejected("signature_invalid", ""),
  request: requestOf(),
  answer: new Uint8Array(),
};

Deno.test("J3 K1 a request that is judged when nobody waits for it any more is neither answered nor told of", async () => {
  const told: string[] = [];
  const published: string[] = [];
  const verdicts = [REFUSED, REFUSED].map(() =>
    Promise.withResolvers<Decision>()
  );
  let begun = 0;
  const judging = createJudging({
    publish: (subject) => void published.push(subject),
  }, {
    budgetMs: 4_000,
    judge: () => verdicts[begun++]?.promise ?? Promise.resolve(REFUSED),
    isReachable: () => true,
    onDecision: ({ end }) => told.push("code" in end ? end.code : end.kind),
    clock: systemClock,
    monotonic: monotonicClock,
  });
  const [early, late] = verdicts.map((verdict) => ({
    ended: judging.begin(MESSAGE, monotonicClock()),
    judge: () => verdict.resolve(REFUSED),
  }));
  early?.judge();
  await early?.ended;
  judging.stop();
  late?.judge();
  await late?.ended;
  assertEquals(told, ["signature_invalid"]);
  assertEquals(published, ["$SYS._INBOX.a.b"]);
});

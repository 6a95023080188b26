import { assertEquals } from "@std/assert";
import { discarded } from "../base/outcome.ts";
import type { MonotonicMs } from "../base/time.ts";
import {
  createUnsentAnswers,
  type DueAnswer,
  type UnsentAnswers,
} from "./unsent_answers.ts";

interface Scene {
  readonly answers: UnsentAnswers;
  readonly published: readonly string[];
  /** What became of each, in order. */
  readonly settled: readonly string[];
  pass(milliseconds: number): void;
}

function scene(refused: readonly string[] = []): Scene {
  let now = 0;
  const published: string[] = [];
  const settled: string[] = [];
  const answers = createUnsentAnswers({
    publish(subject): void {
      if (refused.includes(subject)) throw new Error("planned");
      published.push(subject);
    },
  }, {
    isReachable: (serverId) => serverId === "here",
    monotonic: () => now as MonotonicMs,
    onSettled: ({ reply }, problem) =>
      settled.push(`${reply}: ${problem ?? "sent"}`),
  });
  return {
    answers,
    published,
    settled,
    pass: (milliseconds) => now += milliseconds,
  };
}

function due(reply: string, deadline = 100, serverId = "here"): DueAnswer {
  return {
    serverId,
    reply,
    bytes: new Uint8Array(),
    deadline: deadline as MonotonicMs,
    decision: { end: discarded("internal_error") },
    arrivedAt: 0 as MonotonicMs,
  };
}

Deno.test("K3 an answer is kept while NATS is away, and sent when it is back", () => {
  const { answers, published, settled } = scene();
  answers.send(due("a"));
  answers.hold();
  answers.send(due("b"));
  assertEquals(settled, ["a: sent"]);
  answers.release();
  assertEquals(settled, ["a: sent", "b: sent"]);
  assertEquals(published, ["a", "b"]);
  answers.stop();
});

Deno.test("J3 K3 an answer that nobody waits for any more is told of as not sent, without waiting for NATS", async () => {
  const { answers, published, settled, pass } = scene();
  answers.hold();
  answers.send(due("a", 30));
  answers.send(due("b", 60_000));
  pass(40);
  while (settled.length < 1) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  assertEquals(settled, ["a: NATS was away"]);
  answers.release();
  assertEquals(published, ["b"]);
  answers.stop();
});

Deno.test("J3 K3 an answer to a server that is gone is not sent", () => {
  const { answers, published, settled } = scene();
  answers.send(due("a", 100, "gone"));
  assertEquals(settled, ["a: The server that asked is gone"]);
  assertEquals(published, []);
  answers.stop();
});

Deno.test("J3 an answer that the connection does not take keeps no other from being sent", () => {
  const { answers, published, settled } = scene(["a", "c"]);
  answers.send(due("a"));
  answers.hold();
  for (const reply of ["b", "c", "d"]) answers.send(due(reply));
  answers.release();
  assertEquals(published, ["b", "d"]);
  assertEquals(settled, [
    "a: The connection did not take it",
    "b: sent",
    "c: The connection did not take it",
    "d: sent",
  ]);
  answers.stop();
});

Deno.test("J3 K3 answers are kept up to a number, and each is told of once", () => {
  const { answers, published, settled } = scene();
  answers.hold();
  for (let count = 0; count < 1_005; count++) answers.send(due("a"));
  assertEquals(settled.length, 5);
  answers.stop();
  assertEquals(settled.length, 1_005);
  answers.release();
  answers.send(due("late"));
  assertEquals(settled.at(-1), "late: The connection has ended");
  assertEquals(settled.length, 1_006);
  assertEquals(published, []);
});

import { assert, assertEquals } from "@std/assert";
import { QuestionPlaces } from "./question_places.ts";

/** Somebody who asks, and is answered when the test says so. */
class Asking {
  readonly unwanted = new AbortController();
  readonly outcome: Promise<string | undefined>;
  readonly #answer = Promise.withResolvers<string>();
  isAsked = false;

  constructor(places: QuestionPlaces) {
    this.outcome = places.execute(() => {
      this.isAsked = true;
      return this.#answer.promise;
    }, this.unwanted.signal);
  }

  async answer(): Promise<void> {
    this.#answer.resolve("answer");
    await turn();
  }

  async fail(): Promise<void> {
    this.#answer.reject(new Error("failed"));
    await this.outcome.catch(() => {});
    await turn();
  }
}

function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

Deno.test("F13 QuestionPlaces gives the newest the next place, and none to who is gone", async () => {
  const places = new QuestionPlaces(2);
  const first = new Asking(places);
  const second = new Asking(places);
  const old = new Asking(places);
  const gone = new Asking(places);
  const recent = new Asking(places);
  assertEquals([first.isAsked, second.isAsked, old.isAsked], [
    true,
    true,
    false,
  ]);
  gone.unwanted.abort();
  assertEquals(await gone.outcome, undefined);

  await second.fail();
  assertEquals([recent.isAsked, old.isAsked], [true, false]);
  await first.answer();
  assert(old.isAsked);
  await recent.answer();
  await old.answer();
  assertEquals(await old.outcome, "answer");
  assert(!gone.isAsked);
  // All places are free again.
  assertEquals([new Asking(places), new Asking(places)].map((a) => a.isAsked), [
    true,
    true,
  ]);
});

Deno.test("F13 QuestionPlaces has none for who is gone when he comes", async () => {
  const places = new QuestionPlaces(1);
  const outcome = await places.execute(
    () => Promise.resolve("answer"),
    AbortSignal.abort(),
  );
  assertEquals(outcome, undefined);
});

Deno.test("F13 QuestionPlaces: a place that somebody gives up when it is his is not lost", async () => {
  const places = new QuestionPlaces(1);
  const first = new Asking(places);
  const other = new Asking(places);
  const late = new Asking(places);
  const left = first.answer();
  late.unwanted.abort();
  await left;
  await late.answer();
  await late.outcome;
  assert(other.isAsked);
});

Deno.test("F13 QuestionPlaces: who comes when a place is left takes it, and the one who was told waits on", async () => {
  const places = new QuestionPlaces(1);
  const first = new Asking(places);
  const waiting = new Asking(places);
  let newcomer: Asking | undefined;
  // Settles with the place being left.
  const left = first.outcome.then(() => newcomer = new Asking(places));
  await first.answer();
  await left;
  assertEquals(Number(waiting.isAsked) + Number(newcomer?.isAsked), 1);
  await (waiting.isAsked ? waiting : newcomer)?.answer();
  assertEquals([waiting.isAsked, newcomer?.isAsked], [true, true]);
});

Deno.test("F13 QuestionPlaces: who is gone when somebody else has taken the place is not asked", async () => {
  // Where in the run of things that is depends on the runtime.
  for (let microtasks = 0; microtasks < 10; microtasks++) {
    const places = new QuestionPlaces(1);
    const first = new Asking(places);
    const gone = new Asking(places);
    const answered = first.answer();
    for (let count = 0; count < microtasks; count++) await null;
    const wasAskedBefore = gone.isAsked;
    gone.unwanted.abort();
    const newcomer = new Asking(places);
    await answered;
    await gone.answer();
    await newcomer.answer();
    await gone.outcome;
    assert(newcomer.isAsked);
    assertEquals(gone.isAsked, wasAskedBefore);
  }
});

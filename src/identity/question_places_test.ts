import { assertEquals } from "@std/assert";
import { QuestionPlaces } from "./question_places.ts";

Deno.test("F13 QuestionPlaces gives the newest the next place, and none to who is gone", async () => {
  const places = new QuestionPlaces(1);
  const gone = new AbortController();
  const { signal } = new AbortController();
  assertEquals(await places.take(signal), "taken");
  const served: string[] = [];
  const take = async (name: string, unwanted = signal): Promise<void> => {
    served.push(`${name} ${await places.take(unwanted)}`);
  };
  const waiting = [take("old"), take("gone", gone.signal), take("new")];
  gone.abort();
  assertEquals(await places.take(gone.signal), "unwanted");
  for (let count = 0; count < waiting.length; count++) {
    places.leave();
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  await Promise.all(waiting);
  assertEquals(served, ["gone unwanted", "new taken", "old taken"]);
  // The place of the last one is free again.
  assertEquals(await places.take(signal), "taken");
});

Deno.test("F13 QuestionPlaces: who gives up a place that was just given takes it nevertheless", async () => {
  const places = new QuestionPlaces(1);
  const { signal } = new AbortController();
  const late = new AbortController();
  await places.take(signal);
  const other = places.take(signal);
  const taken = places.take(late.signal);
  places.leave();
  late.abort();
  assertEquals(await taken, "taken");
  places.leave();
  assertEquals(await other, "taken");
});

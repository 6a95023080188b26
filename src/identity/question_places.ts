/**
 * Places for the questions that an endpoint is asked: so many at a time, the
 * others wait. The newest goes first, because under overload the old ones are
 * those whose logins give up; a question that nobody waits for any more goes
 * without a place.
 *
 * The places are a bulkhead of cockatiel; who waits does so before it, because
 * its own queue gives them to the oldest, which under overload answered half as
 * many logins in time.
 */
import { bulkhead } from "cockatiel";

/** `unwanted`: nobody waits for the answer any more. */
type News = "a place was left" | "unwanted";

export class QuestionPlaces {
  readonly #places;
  /** The newest is the last. */
  readonly #waiting: ((news: News) => void)[] = [];

  constructor(count: number) {
    this.#places = bulkhead(count);
  }

  /** Asks as soon as there is a place. Undefined: none is wanted any more. */
  async execute<T>(
    question: () => Promise<T>,
    unwanted: AbortSignal,
  ): Promise<T | undefined> {
    if (unwanted.aborted) return undefined;
    // Who has just come may be there before the one who was told.
    while (this.#places.executionSlots === 0) {
      if (await this.#news(unwanted) === "unwanted") return undefined;
    }
    try {
      return await this.#places.execute(question);
    } finally {
      this.#waiting.pop()?.("a place was left");
    }
  }

  async #news(unwanted: AbortSignal): Promise<News> {
    if (unwanted.aborted) return "unwanted";
    const { promise, resolve } = Promise.withResolvers<News>();
    const giveUp = (): void => {
      const index = this.#waiting.indexOf(resolve);
      if (index < 0) return;
      this.#waiting.splice(index, 1);
      resolve("unwanted");
    };
    this.#waiting.push(resolve);
    unwanted.addEventListener("abort", giveUp, { once: true });
    const news = await promise;
    unwanted.removeEventListener("abort", giveUp);
    return news;
  }
}

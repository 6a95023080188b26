/**
 * Places for the questions that an endpoint is asked: so many at a time, the
 * others wait. The newest goes first, because under overload the old ones are
 * those whose logins give up; a question that nobody waits for any more goes
 * without a place.
 */

/** `unwanted`: nobody waits for the answer any more. */
export type Place = "taken" | "unwanted";

export class QuestionPlaces {
  #free: number;
  /** In order of arrival. */
  readonly #waiting: ((place: Place) => void)[] = [];

  constructor(count: number) {
    this.#free = count;
  }

  /** Settles when there is a place, or none is wanted any more. One that was taken has to be left. */
  async take(unwanted: AbortSignal): Promise<Place> {
    if (unwanted.aborted) return "unwanted";
    if (this.#free > 0) {
      this.#free--;
      return "taken";
    }
    const { promise, resolve } = Promise.withResolvers<Place>();
    const giveUp = (): void => {
      const index = this.#waiting.indexOf(resolve);
      if (index < 0) return;
      this.#waiting.splice(index, 1);
      resolve("unwanted");
    };
    this.#waiting.push(resolve);
    unwanted.addEventListener("abort", giveUp, { once: true });
    const place = await promise;
    unwanted.removeEventListener("abort", giveUp);
    return place;
  }

  leave(): void {
    const next = this.#waiting.pop();
    if (next === undefined) this.#free++;
    else next("taken");
  }
}

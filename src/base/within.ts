/**
 * Waiting that gives up: for goodbyes, which must not keep a program.
 */

/** Resolves when the work has ended, well or not, or when the time is up. */
export async function within(
  milliseconds: number,
  work: Promise<unknown>,
): Promise<void> {
  const timeUp = Promise.withResolvers<void>();
  const timer = setTimeout(timeUp.resolve, milliseconds);
  try {
    await Promise.race([work.catch(() => {}), timeUp.promise]);
  } finally {
    clearTimeout(timer);
  }
}

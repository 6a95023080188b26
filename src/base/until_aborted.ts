/**
 * Waiting that ends when nobody is interested any more. The work itself goes on:
 * others may wait for it too.
 */

/** @throws The signal's reason, as soon as it is aborted. */
export async function untilAborted<T>(
  work: Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const onAbort = (): void => aborted.reject(signal.reason);
  if (signal.aborted) onAbort();
  else signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([work, aborted.promise]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

/**
 * For work that is told of the same signal: what it makes of that goes first, and
 * `otherwise` serves where it makes nothing of it at once, or throws, as `fetch`
 * does.
 */
export async function untilAbortedOr<T>(
  otherwise: T,
  work: Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  try {
    return await untilAborted(work, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
    const turn = Promise.withResolvers<T>();
    setTimeout(() => turn.resolve(otherwise));
    return await Promise.race([work.catch(() => turn.promise), turn.promise]);
  }
}

/**
 * Ctrl-C, and what else asks a program to end.
 */

export interface StopSignal extends Disposable {
  readonly signal: AbortSignal;
}

/**
 * Listens until disposed of. A signal may come more than once: from the
 * terminal, and again from whoever started us. Stopping is bounded in time, so
 * nothing has to be forced.
 */
export function listenForStop(): StopSignal {
  const controller = new AbortController();
  const names: readonly Deno.Signal[] = Deno.build.os === "windows"
    ? ["SIGINT"]
    : ["SIGINT", "SIGTERM", "SIGHUP"];
  const stop = (): void => controller.abort();
  for (const name of names) Deno.addSignalListener(name, stop);
  return {
    signal: controller.signal,
    [Symbol.dispose](): void {
      for (const name of names) Deno.removeSignalListener(name, stop);
    },
  };
}

/** Resolves when the signal is aborted. */
export function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) =>
    signal.addEventListener("abort", () => resolve(), { once: true })
  );
}

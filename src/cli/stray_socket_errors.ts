/**
 * Keeps a reset of a connection that is already over from ending the program.
 *
 * When nats-server refuses a client, transport-node (the npm configuration) has
 * taken its listeners off the socket before Deno reports the reset, so that
 * the error belongs to nobody: about half of all refused connects would be fatal.
 * The refusal itself arrives as a rejected promise in any case.
 */

const STRAY_CODES: readonly unknown[] = ["ECONNRESET", "EPIPE"];

/** Until disposed of. Every other uncaught error stays what it is. */
export function ignoreStraySocketErrors(): Disposable {
  globalThis.addEventListener("error", ignoreStray);
  return {
    [Symbol.dispose](): void {
      globalThis.removeEventListener("error", ignoreStray);
    },
  };
}

function ignoreStray(event: ErrorEvent): void {
  const error: unknown = event.error;
  if (!(error instanceof Error)) return;
  if (!("code" in error) || !("syscall" in error)) return;
  if (STRAY_CODES.includes(error.code)) event.preventDefault();
}

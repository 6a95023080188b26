/**
 * Keeps a reset of a connection that is already over from ending the program.
 *
 * When nats-server refuses a client, transport-node (the npm configuration) has
 * taken its listeners off the socket before Deno reports the reset. The error
 * then belongs to nobody, and half of all refused connects would be fatal. The
 * refusal itself arrives as a rejected promise in any case.
 */

const STRAY_CODES: readonly unknown[] = ["ECONNRESET", "EPIPE"];

/**
 * From now on, until the program ends: such an error may come long after the
 * connection that it belongs to. Every other uncaught error stays what it is.
 */
export function ignoreStraySocketErrors(): void {
  // The same function twice counts once.
  globalThis.addEventListener("error", ignoreStray);
}

function ignoreStray(event: ErrorEvent): void {
  const error: unknown = event.error;
  if (!(error instanceof Error)) return;
  if (!("code" in error) || !("syscall" in error)) return;
  if (STRAY_CODES.includes(error.code)) event.preventDefault();
}

/**
 * Why something on the network failed: libraries wrap what TLS or the connection
 * had to say.
 */

/** The innermost message: that of TLS or of the connection. */
export function innermostReason(error: unknown): string {
  let reason = error;
  while (reason instanceof Error && reason.cause instanceof Error) {
    reason = reason.cause;
  }
  return reason instanceof Error ? reason.message : "unknown reason";
}

/**
 * Why something on the network failed: libraries wrap what TLS or the connection
 * had to say.
 */

/** What the runtime puts first: all of the URL, in whose query there may be a key. */
const PREFIX_REGEXP =
  /^error sending request (?:for url \(\S*\)|from \S+ for \S+ \(\S+\)): /;

/** The innermost message: that of TLS or of the connection. */
export function innermostReason(error: unknown): string {
  let reason = error;
  while (reason instanceof Error && reason.cause instanceof Error) {
    reason = reason.cause;
  }
  return reason instanceof Error
    ? reason.message.replace(PREFIX_REGEXP, "")
    : "unknown reason";
}

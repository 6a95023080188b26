/**
 * Names in messages: all of many would fill the screen with one message.
 */

/** So many are named at most. */
export const NAMED_MAX = 5;

/** The first of them; that there are others is said. */
export function nameSome(names: readonly string[]): string {
  const named = names.slice(0, NAMED_MAX).join(", ");
  return names.length > NAMED_MAX ? `${named} and others` : named;
}

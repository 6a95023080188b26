/**
 * "Did you mean": the known name that is nearest to a misspelt one.
 */

/** Undefined if none is near enough to be meant. */
export function suggest(
  name: string,
  known: readonly string[],
): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.min(4, Math.max(2, Math.floor(name.length / 3))) + 1;
  const spelled = normalize(name);
  for (const candidate of known) {
    const distance = editDistance(spelled, normalize(candidate));
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** `jwksUrl` and `jwks-url` are `jwks_url`, spelled as elsewhere. */
function normalize(name: string): string {
  return name.slice(0, 40).replaceAll(/[A-Z]/g, "_$&").replaceAll("-", "_")
    .toLowerCase();
}

/** Levenshtein's: insertions, deletions and replacements. */
function editDistance(from: string, to: string): number {
  let previous = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const replaced = (previous[column - 1] ?? 0) +
        (from[row - 1] === to[column - 1] ? 0 : 1);
      const removed = (previous[column] ?? 0) + 1;
      const inserted = (current[column - 1] ?? 0) + 1;
      current.push(Math.min(replaced, removed, inserted));
    }
    previous = current;
  }
  return previous[to.length] ?? 0;
}

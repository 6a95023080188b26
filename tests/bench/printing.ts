/**
 * What the bench and its programs print.
 */
const ENCODER = new TextEncoder();

/** A line of results, on standard output. */
export function print(line: string): void {
  Deno.stdout.writeSync(ENCODER.encode(`${line}\n`));
}

/** A line about what is going on, on standard error: results can be piped. */
export function note(line: string): void {
  Deno.stderr.writeSync(ENCODER.encode(`${line}\n`));
}

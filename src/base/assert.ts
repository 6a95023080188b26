/**
 * Assertions about our own code. What fails here is a bug of ours, never the
 * input's fault: the request that met it fails closed, without a user JWT.
 */

/** We are wrong: something that the code relies on does not hold. */
export class InvariantError extends Error {
  override readonly name = "InvariantError";
}

/**
 * @throws {InvariantError} If the condition does not hold.
 */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new InvariantError(message);
}

/** What was thrown, for our log: a message of ours, or the name alone of what a library threw. */
export function describeThrown(error: unknown): string {
  if (error instanceof InvariantError) return error.message;
  return error instanceof Error ? error.name : typeof error;
}

/**
 * Marks the branch that the compiler has proven unreachable, so that a new kind
 * of outcome stops compilation at every place that has to handle it.
 *
 * @throws {InvariantError} Always.
 */
export function unreachable(value: never): never {
  throw new InvariantError(`Unreachable: ${JSON.stringify(value)}`);
}

/**
 * A value that cannot be printed: neither by a log line, nor `JSON.stringify`,
 * nor `Deno.inspect`, nor string concatenation.
 */

const REDACTED = "[redacted]";

/** Holds a bearer token, a seed or a shared secret. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The value itself. Call at the last moment, and do not store the result. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return REDACTED;
  }

  toJSON(): string {
    return REDACTED;
  }

  [Symbol.for("Deno.customInspect")](): string {
    return REDACTED;
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return REDACTED;
  }
}

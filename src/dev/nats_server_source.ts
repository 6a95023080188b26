/**
 * What every source of a nats-server offers: it puts the program at the path
 * that it is given, or says why it cannot.
 */

/** A source could not deliver; the message says why. */
export class SourceError extends Error {
  override readonly name = "SourceError";
}

export interface InstallOptions {
  readonly signal?: AbortSignal | undefined;
  /** Told what takes long, before it starts. */
  readonly report?: ((line: string) => void) | undefined;
}

export interface NatsServerSource {
  /** As people know it; appears in messages. */
  readonly name: string;
  /** Its folder in the cache. */
  readonly folder: string;
  /**
   * @throws {SourceError} If it could not be had.
   */
  install(target: string, options?: InstallOptions): Promise<void>;
}

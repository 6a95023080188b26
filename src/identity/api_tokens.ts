/**
 * API tokens: long-lived tokens for programs, kept as hashes in a file that is
 * read again when it changes. A file that cannot be used changes nothing: the
 * tokens of the last one stay, and the log says so.
 */
import { randomBytes, timingSafeEqual } from "node:crypto";
import { API_TOKENS_FILE_BYTES_MAX } from "../base/limits.ts";
import { rejected, unavailable } from "../base/outcome.ts";
import type { Rejected } from "../base/outcome.ts";
import type { MonotonicMs } from "../base/time.ts";
import { apiTokenDigest, apiTokenId } from "./api_token.ts";
import { ApiTokenFileFault, parseApiTokenFile } from "./api_token_file.ts";
import type { ApiTokenRecord, ApiTokenRecords } from "./api_token_file.ts";
import { type Attempt, AttemptLimit } from "./attempt_limit.ts";
import type {
  AuthenticationOutcome,
  Authenticator,
  AuthenticatorDependencies,
  ClientConnection,
} from "./authenticate.ts";

/** The file of API tokens. */
export interface ApiTokensOptions {
  /** Of the identities. */
  readonly issuer: string;
  /** Path of the file. */
  readonly file: string;
  /** How often it is looked at. A token that was removed or disabled is good for as long. */
  readonly reloadSeconds?: number;
}

export const API_TOKENS_DEFAULTS = {
  issuer: "urn:nats-auth-callout:api-tokens",
  reloadSeconds: 2,
} as const;

/** Bits of the file's mode that let everybody in; containers share files by their group. */
const OTHERS_MASK = 0o007;

/** Compared with when there is no such token, so that looking takes as long. */
const NO_DIGEST: Uint8Array = randomBytes(32);

const TOO_MANY = rejected(
  "attempts_too_many",
  "Too many wrong API tokens came from this host, or with this id",
);

export function createApiTokens(
  options: ApiTokensOptions,
  dependencies: AuthenticatorDependencies,
): Authenticator {
  return new ApiTokens(options, dependencies);
}

class ApiTokens implements Authenticator {
  readonly authenticate: Authenticator["authenticate"];
  readonly #options: ApiTokensOptions;
  readonly #dependencies: AuthenticatorDependencies;
  #limit: AttemptLimit;
  #records: ApiTokenRecords | undefined;
  /** What the file looked like when it was last read. */
  #seen = "";
  /** Since when the file cannot be used. */
  #staleSince: MonotonicMs | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #reading: Promise<void> | undefined;
  #stopped = false;

  constructor(
    options: ApiTokensOptions,
    dependencies: AuthenticatorDependencies,
  ) {
    this.#options = options;
    this.#dependencies = dependencies;
    this.#limit = new AttemptLimit(dependencies.monotonic);
    this.authenticate = (bearerToken, { now, connection }) =>
      this.#judge(bearerToken.reveal(), now / 1000, connection);
  }

  /** Once stopped, it reads for the last time, or waits for whoever is reading. */
  async start(): Promise<void> {
    this.#reading ??= this.#reload().finally(() => this.#reading = undefined);
    await this.#reading;
    if (this.#stopped) return;
    const { reloadSeconds = API_TOKENS_DEFAULTS.reloadSeconds } = this.#options;
    this.#timer = setTimeout(() => this.start(), reloadSeconds * 1000);
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  status(): ReturnType<Authenticator["status"]> {
    const now = this.#dependencies.monotonic();
    return [{
      issuer: this.#options.issuer,
      credential: "api_token",
      ready: this.#records !== undefined,
      failing: false,
      staleSeconds: (now - (this.#staleSince ?? now)) / 1000,
    }];
  }

  #judge(
    text: string,
    nowSeconds: number,
    { host }: ClientConnection,
  ): AuthenticationOutcome {
    const records = this.#records;
    if (records === undefined) {
      return unavailable("api_tokens", "The file of API tokens was never read");
    }
    const id = apiTokenId(text);
    const attempt = { host, id };
    if (this.#limit.holdsUp(attempt)) return TOO_MANY;
    const record = id === undefined ? undefined : records.get(id);
    const matches = timingSafeEqual(
      apiTokenDigest(text),
      record?.digest ?? NO_DIGEST,
    );
    return record !== undefined && matches
      ? this.#accept(record, nowSeconds)
      : this.#refuse(attempt);
  }

  /** Beyond the limit the log tells wrong ones no longer apart. */
  #refuse(attempt: Attempt): Rejected {
    const isBeyond = this.#limit.isReached(attempt);
    this.#limit.countFailure(attempt);
    if (isBeyond) return TOO_MANY;
    return attempt.id === undefined
      ? rejected("bearer_token_malformed", "Not the form of an API token")
      : rejected("bearer_token_unknown", "There is no such API token");
  }

  /** Only whoever has the token learns that it is disabled or expired. */
  #accept(
    { sub, claims, expiresAt, disabled, entry }: ApiTokenRecord,
    nowSeconds: number,
  ): AuthenticationOutcome {
    if (disabled) {
      return rejected("bearer_token_inactive", `${entry.id} is disabled`);
    }
    if (nowSeconds >= expiresAt) {
      return rejected("bearer_token_expired", `${entry.id} has expired`);
    }
    const { issuer } = this.#options;
    return {
      kind: "identity",
      credential: "api_token",
      issuer,
      sub,
      claims,
      expiresAt,
    };
  }

  /** Reads the file if it has changed, and takes all of it or nothing. */
  async #reload(): Promise<void> {
    const { log, monotonic } = this.#dependencies;
    const { file } = this.#options;
    const fault = await this.#read();
    if (fault === undefined) return;
    if (fault === "taken") {
      this.#staleSince = undefined;
      log.info("API tokens read", {
        path: file,
        count: this.#records?.size ?? 0,
      });
      return;
    }
    this.#staleSince ??= monotonic();
    log.error("cannot use the file of API tokens, the last one stays", {
      code: "api_tokens_unusable",
      path: file,
      detail: fault,
    });
  }

  /** What became of it: nothing new, taken, or why not. */
  async #read(): Promise<undefined | "taken" | string> {
    const { file } = this.#options;
    const before = this.#seen;
    let text: string;
    try {
      const { mtime, ino, size, mode, isFile } = await Deno.stat(file);
      const seen = [mtime?.getTime(), ino, size, mode].join(" ");
      if (seen === before) return undefined;
      this.#seen = seen;
      if (!isFile) return "is not a file";
      if (mode !== null && (mode & OTHERS_MASK) !== 0) {
        return `others on this machine can read or change it: chmod 600 ${file}`;
      }
      if (size > API_TOKENS_FILE_BYTES_MAX) {
        return `is longer than ${API_TOKENS_FILE_BYTES_MAX} bytes`;
      }
      text = await Deno.readTextFile(file);
    } catch (error) {
      this.#seen = "unreadable";
      if (before === this.#seen) return undefined;
      return error instanceof Deno.errors.NotFound
        ? "does not exist"
        : "cannot be read";
    }
    const records = parseApiTokenFile(text);
    if (records instanceof ApiTokenFileFault) return records.problem;
    this.#records = records;
    // Whoever tried before its token was there has not guessed.
    this.#limit = new AttemptLimit(this.#dependencies.monotonic);
    return "taken";
  }
}

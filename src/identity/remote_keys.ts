/**
 * Keys of an issuer that publishes them: in memory when a token needs them, and
 * refreshed in the background. A token that a known key verifies waits for none.
 *
 * One that names an unknown key, or whose signature fails under the known ones,
 * causes one fetch at most, for which others like it wait too, and then none for
 * a while: however many arrive, and however often the fetch fails.
 * Keys outlive an issuer that cannot be reached, up to a hard limit. All times
 * are of the monotonic clock: a step of the wall clock neither expires keys nor
 * keeps them.
 */
import { JWKS_WAITERS_MAX } from "../base/limits.ts";
import { rejected } from "../base/outcome.ts";
import type { Rejected, Unavailable } from "../base/outcome.ts";
import type { MonotonicClock, MonotonicMs } from "../base/time.ts";
import type { Log } from "../telemetry/log.ts";
import type { FoundKeys, IssuerKeys, Wait } from "./find_keys.ts";
import type {
  CandidateKeys,
  ImportedKeySet,
  KeySet,
  MissingKey,
} from "./key_set.ts";
import type { JwsAlgorithm } from "./jws_algorithms.ts";
import type { KeyFetcher } from "./key_fetcher.ts";
import { EndpointFault, Unanswered } from "./endpoint_fault.ts";
import { UnknownKids } from "./unknown_kids.ts";
import { untilAborted } from "../base/until_aborted.ts";

export interface RemoteKeysOptions {
  readonly issuer: string;
  readonly refreshSeconds: number;
  readonly staleSecondsMax: number;
  readonly unknownKeyCooldownSeconds: number;
  readonly fetcher: KeyFetcher;
}

export interface RemoteKeysDependencies {
  readonly log: Log;
  readonly monotonic: MonotonicClock;
  /** From 0 to 1, for jitter. */
  readonly random: () => number;
}

/** A refresh comes up to this share of its interval early, a retry late, so that instances spread. */
const JITTER_SHARE = 0.2;

const RETRY_MS_MIN = 1_000;

export class RemoteKeys implements IssuerKeys {
  readonly #options: RemoteKeysOptions;
  readonly #dependencies: RemoteKeysDependencies;
  readonly #unknownKids: UnknownKids;
  readonly #stopped = new AbortController();
  #keySet: KeySet | undefined;
  /** End of the last fetch that brought keys. */
  #fetchedAt: MonotonicMs | undefined;
  /** End of the last fetch, whatever it brought. */
  #triedAt: MonotonicMs | undefined;
  /** Why the last fetch brought nothing. */
  #fault: EndpointFault | undefined = new EndpointFault("not fetched yet");
  #failures = 0;
  #flight: Promise<void> | undefined;
  #waiting = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    options: RemoteKeysOptions,
    dependencies: RemoteKeysDependencies,
  ) {
    this.#options = options;
    this.#dependencies = dependencies;
    this.#unknownKids = new UnknownKids(dependencies.monotonic);
  }

  /** At once if the key is known, or is not worth a fetch; otherwise after that fetch. */
  find(
    algorithm: JwsAlgorithm,
    kid: string | undefined,
    wait: Wait,
  ): FoundKeys | Promise<FoundKeys> {
    const found = this.#look(algorithm, kid);
    if (found.kind !== "missing key") return found;
    if (this.#unknownKids.has(kid) || !this.#mayFetch()) {
      return this.#verdictOnMissingKey();
    }
    if (this.#waiting >= JWKS_WAITERS_MAX) {
      return this.#unanswered(
        new EndpointFault("too many tokens wait for them"),
      );
    }
    return this.#findAfterFetch(algorithm, kid, wait.signal);
  }

  /**
   * A fetch under way is joined, also one that may bring keys older than the
   * token: no other could follow it within the cool-down.
   */
  findNewer(
    algorithm: JwsAlgorithm,
    kid: string | undefined,
    wait: Wait,
  ): Promise<FoundKeys> | undefined {
    return this.#mayFetch() && this.#waiting < JWKS_WAITERS_MAX
      ? this.#findAfterFetch(algorithm, kid, wait.signal)
      : undefined;
  }

  /** Resolves when the first fetch has ended, well or not. */
  async start(): Promise<void> {
    await this.#fetchOnce();
  }

  stop(): void {
    this.#stopped.abort();
    clearTimeout(this.#timer);
  }

  /** Has keys that it may use. */
  get ready(): boolean {
    return this.#currentKeySet() !== undefined;
  }

  get keyCount(): number {
    return this.#currentKeySet()?.keys.length ?? 0;
  }

  /** Age of the keys, if they should have been newer by now; otherwise 0. */
  get staleSeconds(): number {
    if (this.#fault === undefined || this.#fetchedAt === undefined) return 0;
    return (this.#dependencies.monotonic() - this.#fetchedAt) / 1000;
  }

  #look(
    algorithm: JwsAlgorithm,
    kid: string | undefined,
  ): CandidateKeys | MissingKey | Rejected {
    return this.#currentKeySet()?.find(algorithm, kid) ??
      { kind: "missing key" };
  }

  #currentKeySet(): KeySet | undefined {
    if (this.#fetchedAt === undefined) return undefined;
    const age = this.#dependencies.monotonic() - this.#fetchedAt;
    return age <= this.#options.staleSecondsMax * 1000
      ? this.#keySet
      : undefined;
  }

  #mayFetch(): boolean {
    if (this.#stopped.signal.aborted) return false;
    if (this.#flight !== undefined) return true;
    if (this.#triedAt === undefined) return true;
    const rest = this.#dependencies.monotonic() - this.#triedAt;
    return rest >= this.#options.unknownKeyCooldownSeconds * 1000;
  }

  async #findAfterFetch(
    algorithm: JwsAlgorithm,
    kid: string | undefined,
    signal: AbortSignal,
  ): Promise<FoundKeys> {
    // Keys that were asked for before the token came may be older than its own.
    const joins = this.#flight !== undefined;
    this.#waiting++;
    try {
      await untilAborted(this.#fetchOnce(), signal);
    } catch {
      // Only the signal ends the wait early: a fetch that fails resolves.
      return this.#unanswered(
        new EndpointFault("they did not come in time", { cause: "slow" }),
      );
    } finally {
      this.#waiting--;
    }
    const found = this.#look(algorithm, kid);
    if (found.kind !== "missing key") return found;
    if (this.#fault === undefined && !joins) this.#unknownKids.add(kid);
    return this.#verdictOnMissingKey();
  }

  #verdictOnMissingKey(): Rejected | Unavailable {
    if (this.#fault !== undefined) return this.#unanswered(this.#fault);
    return rejected("key_unknown", "The issuer has no such key");
  }

  #unanswered(fault: EndpointFault): Unanswered {
    const vain = `Cannot use keys of ${this.#options.issuer}`;
    return new Unanswered("jwks", vain, fault);
  }

  /** Joins the fetch under way, or begins one. Never rejects. */
  #fetchOnce(): Promise<void> {
    this.#flight ??= this.#fetch().finally(() => this.#flight = undefined);
    return this.#flight;
  }

  async #fetch(): Promise<void> {
    clearTimeout(this.#timer);
    const fetched = await this.#fetchSafely();
    if (this.#stopped.signal.aborted) return;
    this.#triedAt = this.#dependencies.monotonic();
    if (fetched instanceof EndpointFault) this.#keepKeys(fetched);
    else this.#takeKeys(fetched.keySet, this.#triedAt);
    const delayMs = fetchDelayMs(this.#options, {
      failures: this.#failures,
      random: this.#dependencies.random(),
    });
    this.#timer = setTimeout(() => this.#fetchOnce(), delayMs);
  }

  /** The shell of a background task: not even a mistake of ours ends the refreshes. */
  async #fetchSafely(): Promise<ImportedKeySet | EndpointFault> {
    try {
      return await this.#options.fetcher.fetch(this.#stopped.signal);
    } catch (error) {
      const name = error instanceof Error ? error.name : "unknown";
      return new EndpointFault(`unexpected error: ${name}`);
    }
  }

  #takeKeys(keySet: KeySet, now: MonotonicMs): void {
    const { issuer } = this.#options;
    if (this.#failures > 0) {
      this.#dependencies.log.info("keys of an issuer fetched again", {
        issuer,
      });
    }
    this.#keySet = keySet;
    this.#fetchedAt = now;
    this.#fault = undefined;
    this.#failures = 0;
  }

  #keepKeys(fault: EndpointFault): void {
    const { issuer } = this.#options;
    this.#fault = fault;
    this.#failures++;
    this.#dependencies.log.warn("cannot fetch the keys of an issuer", {
      code: "keys_unavailable",
      issuer,
      detail: fault.problem,
    });
  }
}

/** Until the next fetch. After a failure never less than the cool-down, which holds then too. */
export function fetchDelayMs(
  { refreshSeconds, unknownKeyCooldownSeconds }: Pick<
    RemoteKeysOptions,
    "refreshSeconds" | "unknownKeyCooldownSeconds"
  >,
  { failures, random }: { readonly failures: number; readonly random: number },
): number {
  const jitter = JITTER_SHARE * random;
  const refreshMs = refreshSeconds * 1000;
  if (failures === 0) return refreshMs * (1 - jitter);
  const backoffMs = RETRY_MS_MIN * 2 ** Math.min(failures - 1, 20);
  const cooldownMs = unknownKeyCooldownSeconds * 1000;
  const retryMs = Math.max(Math.min(refreshMs, backoffMs), cooldownMs);
  return retryMs * (1 + jitter);
}

/**
 * What every kind of token has that an endpoint is asked about: the connections,
 * the guard before them and the memory of what was said.
 */
import type { CredentialKind } from "../base/identity.ts";
import type { Dependency } from "../base/outcome.ts";
import { AskedTokens } from "./asked_tokens.ts";
import type { MemoryOptions } from "./asked_tokens.ts";
import type {
  Authenticate,
  Authenticator,
  AuthenticatorDependencies,
} from "./authenticate.ts";
import { EndpointGuard } from "./endpoint_guard.ts";
import { HttpEndpoint } from "./http_endpoint.ts";
import type { EndpointOptions } from "./http_endpoint.ts";

/** How somebody is asked about tokens, and what is remembered of the answers. */
export interface AskingOptions extends EndpointOptions {
  /** For one question. */
  readonly timeoutMs?: number;
  readonly memory?: Partial<MemoryOptions>;
}

/** An answer is remembered for a minute: as long as it takes until a revoked token is refused. */
export const ASKING_DEFAULTS = {
  timeoutMs: 1_000,
  memory: { seconds: 60, refusalSeconds: 10 },
} as const;

export interface AskedEndpointOptions {
  readonly issuer: string;
  readonly credential: CredentialKind;
  readonly dependency: Dependency;
  readonly asking: AskingOptions;
}

export class AskedEndpoint<T> {
  readonly http: HttpEndpoint;
  readonly tokens: AskedTokens<T>;
  readonly #options: AskedEndpointOptions;
  readonly #guard: EndpointGuard;

  constructor(
    options: AskedEndpointOptions,
    dependencies: AuthenticatorDependencies,
  ) {
    const { issuer, dependency, asking } = options;
    const { clock, log, monotonic, random = Math.random } = dependencies;
    const { timeoutMs = ASKING_DEFAULTS.timeoutMs } = asking;
    this.#options = options;
    this.#guard = new EndpointGuard({ issuer, timeoutMs }, {
      log,
      monotonic,
      random,
    });
    this.http = new HttpEndpoint(asking, monotonic);
    this.tokens = new AskedTokens<T>({
      issuer,
      dependency,
      memory: { ...ASKING_DEFAULTS.memory, ...asking.memory },
    }, { clock, monotonic, guard: this.#guard });
  }

  /** It was left alone after failures, and has answered nobody since. */
  get isFailing(): boolean {
    return this.#guard.isFailing;
  }

  stop(): void {
    this.#guard.stop();
    this.http.close();
  }

  /** The rest of an authenticator that asks this endpoint. */
  authenticator(authenticate: Authenticate): Authenticator {
    const { issuer, credential } = this.#options;
    return {
      authenticate,
      // The first token asks the first question: nothing is needed before.
      start: () => Promise.resolve(),
      stop: () => this.stop(),
      status: () => [{
        issuer,
        credential,
        ready: true,
        failing: this.isFailing,
        staleSeconds: 0,
      }],
    };
  }
}

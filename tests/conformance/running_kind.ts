/**
 * A kind of token in a test of its own: whoever judges it runs, and is stopped.
 */
import { Secret } from "../../src/base/secret.ts";
import type { EpochMs } from "../../src/base/time.ts";
import type {
  AuthenticationOutcome,
  Authenticator,
  AuthenticatorDependencies,
} from "../../src/identity/authenticate.ts";
import { createAuthenticator } from "../../src/identity/authenticator.ts";
import { createOwnJudge } from "../../src/identity/own_judge.ts";
import { createTestClocks, loginAt } from "../fixtures/asked_server.ts";
import type { TestClocks } from "../fixtures/asked_server.ts";
import { OWN_ISSUER } from "./token_kind.ts";
import type { KindScene, TokenKind } from "./token_kind.ts";

export interface Running {
  readonly scene: KindScene;
  readonly clocks: TestClocks;
  readonly authenticator: Authenticator;
  judge(token: string, signal?: AbortSignal): Promise<AuthenticationOutcome>;
  judgeAt(token: string, nowMs: number): Promise<AuthenticationOutcome>;
}

function authenticatorOf(
  { options }: KindScene,
  dependencies: AuthenticatorDependencies,
): Authenticator {
  if (typeof options !== "function") {
    return createAuthenticator(options, dependencies);
  }
  const { clock } = dependencies;
  return {
    authenticate: createOwnJudge(options, { clock, issuers: [OWN_ISSUER] }),
    start: () => Promise.resolve(),
    stop: () => {},
    status: () => [],
  };
}

/** A test of one kind, of which nothing is left when it has ended. */
export function kindTest(
  kind: TokenKind,
  name: string,
  body: (running: Running) => Promise<void>,
): void {
  Deno.test(`${name} (${kind.name})`, async () => {
    await using scene = await kind.create();
    const clocks = createTestClocks();
    const authenticator = authenticatorOf(scene, clocks.dependencies);
    await authenticator.start();
    try {
      await body({
        scene,
        clocks,
        authenticator,
        judge: async (token, signal) =>
          await authenticator.authenticate(
            new Secret(token),
            loginAt(clocks.dependencies, {}, signal),
          ),
        judgeAt: async (token, nowMs) =>
          await authenticator.authenticate(new Secret(token), {
            ...loginAt(clocks.dependencies),
            now: nowMs as EpochMs,
          }),
      });
    } finally {
      authenticator.stop();
    }
  });
}

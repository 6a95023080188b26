import {
  AuthorizationError,
  PermissionViolationError,
  type Status,
} from "@nats-io/nats-core";
import { assert, assertEquals, assertFalse } from "@std/assert";
import { createLog, type LogFields } from "../telemetry/log.ts";
import { type ConnectionState, followConnection } from "./connection_state.ts";

type Line = LogFields & { readonly message: string };

interface Scene {
  readonly state: ConnectionState;
  readonly calls: readonly string[];
  readonly lines: readonly Line[];
}

/** All that a connection has said until then. */
async function scene(...statuses: readonly Status[]): Promise<Scene> {
  const lines: Line[] = [];
  const log = createLog({
    format: "json",
    level: "debug",
    write: (line) => lines.push(JSON.parse(line)),
  });
  const calls: string[] = [];
  const connection = {
    isClosed: () => false,
    status: async function* (): AsyncGenerator<Status> {
      yield* statuses;
    },
  };
  const state = followConnection(connection, {
    log,
    onLost: () => calls.push("lost"),
    onRegained: () => calls.push("regained"),
    onEnded: () => calls.push("ended"),
  });
  await new Promise((resolve) => setTimeout(resolve, 0));
  return { state, calls, lines };
}

function refusal(
  subject: string,
  operation: "publish" | "subscription" = "publish",
): Status {
  const error = new PermissionViolationError("no", operation, subject);
  return { type: "error", error };
}

const LOST: Status = { type: "disconnect", server: "nats:4222" };
const REGAINED: Status = { type: "reconnect", server: "nats:4222" };

Deno.test("K3 J7 a connection is up but for the time between losing and regaining it", async () => {
  const lost = await scene(LOST, LOST);
  assertFalse(lost.state.isUp());
  assertEquals(lost.calls, ["lost"]);
  assertEquals(lost.lines.map(({ code }) => code), ["nats_lost"]);
  const regained = await scene(LOST, REGAINED);
  assert(regained.state.isUp());
  assertEquals(regained.calls, ["lost", "regained"]);
  const { calls } = await scene({ type: "close" });
  assertEquals(calls, ["ended"]);
});

Deno.test("I12 J7 a connection on which answers are refused is not up until it is a new one", async () => {
  const answer = refusal("$SYS._INBOX.abc.1");
  const refused = await scene(answer, answer, answer);
  assertFalse(refused.state.isUp());
  assertEquals(refused.lines.map(({ code }) => code), ["answers_refused"]);
  assert(refused.lines[0]?.detail?.includes('"$SYS._INBOX.>"'));
  assert((await scene(answer, LOST, REGAINED)).state.isUp());
  assertFalse((await scene(answer, LOST, REGAINED, answer)).state.isUp());
});

Deno.test("J7 other errors of a connection change nothing", async () => {
  const { state, lines } = await scene(
    refusal("$SYS.REQ.USER.AUTH", "subscription"),
    { type: "error", error: new AuthorizationError("Authorization Violation") },
    { type: "error", error: new Error("other") },
  );
  assert(state.isUp());
  assertEquals(lines, []);
});

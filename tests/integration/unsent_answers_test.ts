/**
 * Answers that are made while the connection to NATS is lost.
 */
import { credsAuthenticator } from "@nats-io/nats-core";
import { connect } from "@nats-io/transport-deno";
import { assert, assertEquals } from "@std/assert";
import { monotonicClock } from "../../src/base/time.ts";
import type { MonotonicMs } from "../../src/base/time.ts";
import { followConnection } from "../../src/nats/connection_state.ts";
import { createUnsentAnswers } from "../../src/nats/unsent_answers.ts";
import { createLog } from "../../src/telemetry/log.ts";
import { startStack } from "../fixtures/stack.ts";
import "../fixtures/nats_client.ts";

Deno.test("K3 answers wait for the connection as long as their servers do, and are sent once", async () => {
  await using stack = await startStack();
  const { applicationAccount } = stack.operator;
  const creds = stack.operator.userCreds(applicationAccount, "test").reveal();
  const connection = await connect({
    servers: stack.natsUrl,
    authenticator: credsAuthenticator(new TextEncoder().encode(creds)),
    reconnectTimeWait: 50,
    maxReconnectAttempts: -1,
  });
  const received: string[] = [];
  connection.subscribe("answers.>", {
    callback(_error, { subject }): void {
      received.push(subject);
    },
  });
  let unsentCount = 0;
  const answers = createUnsentAnswers(connection, monotonicClock, (count) => {
    unsentCount += count;
  });
  const state = followConnection(connection, {
    log: createLog({ format: "json", level: "error", write: () => {} }),
    onLost: answers.hold,
    onRegained: answers.release,
  });
  const far = monotonicClock() + 60_000 as MonotonicMs;
  const past = monotonicClock() as MonotonicMs;
  const bytes = new TextEncoder().encode("answer");

  answers.send("answers.before", bytes, far);
  await connection.flush();
  const restarted = stack.server.restart();
  while (state.isUp()) await pause();
  answers.send("answers.alive", bytes, far);
  answers.send("answers.expired", bytes, past);
  await restarted;
  while (!state.isUp() || received.length < 2) await pause();
  await connection.flush();
  assertEquals(received, ["answers.before", "answers.alive"]);
  assertEquals(unsentCount, 1);

  const again = stack.server.restart();
  while (state.isUp()) await pause();
  for (let count = 0; count < 1_005; count++) {
    answers.send("answers.many", bytes, far);
  }
  assertEquals(unsentCount, 6);
  answers.stop();
  assertEquals(unsentCount, 1_006);
  await again;
  assert(!received.includes("answers.many"));
  await connection.close();
});

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 1));
}

import {
  AuthorizationError,
  ConnectionError,
  type Status,
} from "@nats-io/nats-core";
import { assertEquals } from "@std/assert";
import { createLostConnection } from "./lost_connection.ts";

const LOST: Status = { type: "disconnect", server: "nats:4222" };
const TRYING: Status = { type: "reconnecting" };
const REGAINED: Status = { type: "reconnect", server: "nats:4222" };
const REFUSED: Status = {
  type: "error",
  error: new AuthorizationError("Authorization Violation"),
};
const TLS = new ConnectionError("invalid peer certificate: unknownissuer");
const ABSENT = new ConnectionError("connection refused");

interface Scene {
  readonly fault: unknown;
  readonly asked: number;
  readonly told: readonly unknown[];
}

/** What is known when a connection has said all that, and attempts end like this. */
async function scene(
  statuses: readonly Status[],
  error: unknown,
  everyMs = 0,
): Promise<Scene> {
  let asked = 0;
  const told: unknown[] = [];
  const lost = createLostConnection({
    attempt: async () => {
      asked++;
      // As long as all that is said takes.
      await new Promise((resolve) => setTimeout(resolve, 0));
      return error;
    },
    tell: (fault) => told.push(fault),
    everyMs,
  });
  await lost.follow({
    status: async function* (): AsyncGenerator<Status> {
      yield* statuses;
    },
  });
  await new Promise((resolve) => setTimeout(resolve, 0));
  return { fault: lost.fault(), asked, told };
}

Deno.test("J2 an attempt of our own finds out why NATS does not let us back", async () => {
  assertEquals(await scene([LOST, TRYING], TLS), {
    fault: TLS,
    asked: 1,
    told: [TLS],
  });
});

Deno.test("J2 of a server that is not there nothing is said but that it is lost", async () => {
  const { asked, told } = await scene([LOST, TRYING], ABSENT);
  assertEquals({ asked, told }, { asked: 1, told: [] });
});

Deno.test("K3 nothing is tried beside the library's attempts where it comes back soon", async () => {
  const { asked } = await scene([LOST, TRYING, TRYING], TLS, 60_000);
  assertEquals(asked, 0);
});

Deno.test("K3 what was found out counts until there is a connection", async () => {
  assertEquals((await scene([LOST, TRYING, REGAINED], TLS)).fault, undefined);
  assertEquals((await scene([LOST, REFUSED, REGAINED], TLS)).fault, undefined);
  const late = await scene([LOST, TRYING, { type: "close" }], TLS);
  assertEquals(late.told, []);
});

Deno.test("J2 what the server says itself needs no attempt of our own", async () => {
  assertEquals(await scene([LOST, REFUSED, TRYING], TLS, 60_000), {
    fault: REFUSED.error,
    asked: 0,
    told: [REFUSED.error],
  });
});

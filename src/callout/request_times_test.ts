/**
 * When a request is too old, whatever its server's clock and ours do.
 */
import { assert, assertEquals } from "@std/assert";
import type { CalloutMessage } from "./request.ts";
import type { Moment } from "../base/time.ts";
import {
  ACCOUNT,
  after,
  assertDiscarded,
  NOW_SECONDS,
  type Scene,
  scene,
  serverIdOf,
  XKEY,
} from "../../tests/fixtures/callout_scene.ts";
import {
  createAskingServer,
  type RequestClaims,
} from "../../tests/fakes/asking_server.ts";

const HOUR_MS = 3_600_000;

/** A request that the server makes so many seconds from the beginning. */
function askAt(
  { ask }: Scene,
  seconds: number,
): ReturnType<Scene["ask"]> {
  return ask({ nowSeconds: NOW_SECONDS + seconds });
}

async function assertGranted(
  { judge }: Scene,
  message: CalloutMessage,
  time: Moment,
): Promise<void> {
  const { end } = await judge(message, time);
  assertEquals("code" in end ? end.code : end.kind, "granted");
}

/** The same request, but signed by somebody else. */
function badlySigned(current: Scene, nowSeconds: number): CalloutMessage {
  const forger = createAskingServer();
  const { payload } = forger.ask({
    account: ACCOUNT,
    nowSeconds,
    authToken: "good",
    spoil: (claims) => {
      claims["iss"] = current.server.serverId;
      serverIdOf(claims)["id"] = current.server.serverId;
      serverIdOf(claims)["xkey"] = current.server.xkey;
    },
  });
  const text = new TextDecoder().decode(payload);
  return current.server.sealText(text, XKEY.publicKey);
}

Deno.test("I10 authorize() takes a request of a server that it does not know within the skew of two clocks", async () => {
  const lastMs = (2 + 1 + 5) * 1000 - 250 - 1;
  const one = scene();
  await assertGranted(one, one.ask(), after(lastMs));
  const { ask, judge } = scene();
  await assertDiscarded(judge(ask(), after(lastMs + 1)), "request_expired");
});

Deno.test("N16 authorize() discards what is late by the clock of a server that has asked before", async () => {
  const current = scene();
  await assertGranted(current, current.ask(), after(0));
  const waiting = current.ask();
  const another = current.ask();
  await assertGranted(current, waiting, after(3_000));
  await assertDiscarded(current.judge(another, after(3_010)), "request_late");
  await assertGranted(current, askAt(current, 3), after(3_010));
});

Deno.test("I10 authorize() refuses an old and badly signed request for its age: no signature is verified", async () => {
  const unknown = scene();
  await assertDiscarded(
    unknown.judge(badlySigned(unknown, NOW_SECONDS), after(7_750)),
    "request_expired",
  );
  const known = scene();
  await assertGranted(known, known.ask(), after(0));
  // The first of a row is what the others are counted from.
  await assertDiscarded(known.judge(known.ask(), after(3_010)), "request_late");
  await assertDiscarded(
    known.judge(badlySigned(known, NOW_SECONDS), after(3_010)),
    "request_late",
  );
});

Deno.test("N16 authorize() learns no server's time from a forged request", async () => {
  const current = scene();
  // Were it believed, every request would seem to be 50 s old.
  await assertDiscarded(
    current.judge(badlySigned(current, NOW_SECONDS + 50), after(0)),
    "request_signature_invalid",
  );
  await assertGranted(current, current.ask(), after(0));
  await assertDiscarded(
    current.judge(badlySigned(current, NOW_SECONDS + 50), after(100)),
    "request_signature_invalid",
  );
  await assertGranted(current, current.ask(), after(100));
});

Deno.test("N16 authorize() forgets no server's time for forged requests that are late", async () => {
  const current = scene();
  await assertGranted(current, current.ask(), after(0));
  for (let second = 1; second <= 30; second++) {
    await assertDiscarded(
      current.judge(
        badlySigned(current, NOW_SECONDS + second - 4),
        after(second * 1000),
      ),
      "request_signature_invalid",
    );
  }
  await assertDiscarded(
    current.judge(askAt(current, 27), after(31_000)),
    "request_late",
  );
});

for (const stepMs of [HOUR_MS, -HOUR_MS]) {
  const code = stepMs > 0 ? "request_expired" : "request_undecodable";
  Deno.test(`C22 authorize() refuses while our clock is wrong by ${stepMs} ms, and not any longer`, async () => {
    const current = scene();
    await assertGranted(current, current.ask(), after(0));
    const wrong = after(10_000, { stepMs });
    await assertDiscarded(current.judge(askAt(current, 10), wrong), code);
    await assertGranted(current, askAt(current, 11), after(11_000));
  });
}

for (const stepMs of [4_500, -4_500]) {
  Deno.test(`I10 authorize() takes requests, but none that is late, when our clock steps by ${stepMs} ms`, async () => {
    const current = scene();
    await assertGranted(current, current.ask(), after(0));
    const stepped = after(3_100, { stepMs });
    await assertGranted(current, askAt(current, 3), stepped);
    await assertDiscarded(
      current.judge(current.ask(), stepped),
      "request_late",
    );
  });
}

Deno.test("I10 authorize() refuses at most 20 s long after a server's clock has stepped back, and tells of it once", async () => {
  const doubted: string[] = [];
  const current = scene({}, "sealed", {
    onClockDoubted: (serverId) => doubted.push(serverId),
  });
  for (let second = 0; second < 30; second++) {
    await assertGranted(current, askAt(current, second), after(second * 1000));
  }
  let refused = 0;
  for (let second = 30; second < 90; second++) {
    const message = askAt(current, second - 4);
    const { end } = await current.judge(message, after(second * 1000));
    if (end.kind !== "granted") refused++;
  }
  assert(refused > 0 && refused <= 20, String(refused));
  assertEquals(doubted, [current.server.serverId]);
});

Deno.test("I11 N1 authorize() remembers a request through steps of our clock", async () => {
  const current = scene();
  const message = current.ask();
  await assertGranted(current, message, after(0));
  // So far forward that it seems past, and another one does not yet.
  const forward = after(1_000, { stepMs: 7_000 });
  await assertGranted(current, askAt(current, 1), forward);
  await assertDiscarded(
    current.judge(message, after(1_100)),
    "request_replayed",
  );
  await assertDiscarded(
    current.judge(message, after(9_000, { stepMs: -30_000 })),
    "request_late",
  );
});

Deno.test("I10 I11 authorize() takes no request that would have to be remembered for more than a minute", async () => {
  const { ask, judge } = scene();
  const spoil = (claims: RequestClaims): void => {
    claims["iat"] = NOW_SECONDS - 59;
  };
  await assertDiscarded(judge(ask({ spoil })), "request_undecodable");
});

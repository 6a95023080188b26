import { assert, assertEquals, assertFalse, assertRejects } from "@std/assert";
import { ListenError, type Monitoring, startMonitoring } from "./health.ts";
import type { Circumstances } from "./readiness.ts";
import type { AuthenticatorStatus } from "../identity/authenticate.ts";

async function withMonitoring(
  circumstances: () => Circumstances,
  test: (monitoring: Monitoring) => Promise<void>,
): Promise<void> {
  const monitoring = await startMonitoring({
    hostname: "127.0.0.1",
    port: 0,
    circumstances,
  });
  try {
    await test(monitoring);
  } finally {
    await monitoring.stop();
  }
}

const JUDGED = "some tokens can be judged";

const GOOD: AuthenticatorStatus = {
  issuer: "https://good",
  credential: "jwt",
  ready: true,
  failing: false,
  staleSeconds: 0,
};

const READY: Circumstances = { isSubscribed: true, sources: [GOOD] };

/** Sends bytes as they are and reads until the other side closes. */
async function converse(address: string, text: string): Promise<string> {
  const [hostname = "", port] = address.split(":");
  using connection = await Deno.connect({ hostname, port: Number(port) });
  await connection.write(new TextEncoder().encode(text));
  const buffer = new Uint8Array(4096);
  let answer = "";
  for (;;) {
    const count = await connection.read(buffer).catch(() => null);
    if (count === null) return answer;
    answer += new TextDecoder().decode(buffer.subarray(0, count));
  }
}

Deno.test("J7 startMonitoring() is alive while it is not ready, and ready when all conditions hold", async () => {
  let isSubscribed = false;
  await withMonitoring(
    () => ({ ...READY, isSubscribed }),
    async ({ address }) => {
      const alive = await fetch(`http://${address}/healthz`);
      assertEquals([alive.status, await alive.json()], [200, {
        "status": "alive",
      }]);
      const waiting = await fetch(`http://${address}/readyz`);
      assertEquals([waiting.status, await waiting.json()], [503, {
        "status": "not ready",
        "checks": { "subscribed": false, [JUDGED]: true },
        "degraded": [],
      }]);
      isSubscribed = true;
      const ready = await fetch(`http://${address}/readyz?verbose`);
      assertEquals([ready.status, await ready.json()], [200, {
        "status": "ready",
        "checks": { "subscribed": true, [JUDGED]: true },
        "degraded": [],
      }]);
    },
  );
});

Deno.test("D12 D15 startMonitoring() names what is degraded, and is ready nevertheless", async () => {
  const circumstances: Circumstances = {
    ...READY,
    sources: [
      { ...GOOD, issuer: "https://a", keyCount: 1, staleSeconds: 6.5 },
      {
        ...GOOD,
        issuer: "https://b",
        credential: "webhook",
        failing: true,
      },
    ],
  };
  await withMonitoring(() => circumstances, async ({ address }) => {
    const metrics = await fetch(`http://${address}/metrics`);
    const text = await metrics.text();
    assertEquals(
      metrics.headers.get("content-type"),
      "text/plain; version=0.0.4; charset=utf-8",
    );
    assert(
      text.includes(
        'jwks_stale_seconds{issuer="https://a",kind="jwt"} 6.5\n',
      ),
      text,
    );
    const response = await fetch(`http://${address}/readyz`);
    assertEquals([response.status, await response.json()], [200, {
      "status": "degraded",
      "checks": { "subscribed": true, [JUDGED]: true },
      "degraded": [
        {
          "issuer": "https://a",
          "kind": "jwt",
          "problem": "stale",
          "stale_seconds": 7,
        },
        { "issuer": "https://b", "kind": "webhook", "problem": "failing" },
      ],
    }]);
  });
});

const refused: [method: string, path: string, status: number][] = [
  ["POST", "/healthz", 405],
  ["DELETE", "/readyz", 405],
  ["GET", "/", 404],
  ["GET", "/healthz/", 404],
  ["GET", "/readyz/../healthz%2e", 404],
  ["POST", "/metrics", 405],
  ["GET", "/metrics/", 404],
];

for (const [method, path, status] of refused) {
  Deno.test(`J6 startMonitoring() answers ${method} ${path} with ${status}`, async () => {
    await withMonitoring(() => READY, async ({ address }) => {
      const response = await fetch(`http://${address}${path}`, { method });
      await response.body?.cancel();
      assertEquals(response.status, status);
    });
  });
}

Deno.test("startMonitoring() answers HEAD without a body", async () => {
  await withMonitoring(() => READY, async ({ address }) => {
    const answer = await converse(
      address,
      "HEAD /readyz HTTP/1.1\r\nHost: x\r\n\r\n",
    );
    assert(answer.startsWith("HTTP/1.1 200 "), answer);
    assert(answer.endsWith("\r\n\r\n"), answer);
  });
});

Deno.test("J6 startMonitoring() shows no stack trace", async () => {
  const fails = (): Circumstances => {
    throw new Error("canary");
  };
  await withMonitoring(fails, async ({ address }) => {
    for (const path of ["readyz", "metrics"]) {
      const response = await fetch(`http://${address}/${path}`);
      const body = await response.text();
      assertEquals(response.status, 503);
      assertFalse(body.includes("canary"), body);
      assertFalse(body.includes(".ts"), body);
    }
  });
});

Deno.test("J6 startMonitoring() refuses a header that is too long", async () => {
  await withMonitoring(() => READY, async ({ address }) => {
    const answer = await converse(
      address,
      `GET /healthz HTTP/1.1\r\nHost: x\r\nX: ${"x".repeat(9000)}\r\n\r\n`,
    );
    assert(answer.startsWith("HTTP/1.1 431 "), answer);
  });
});

Deno.test("J6 startMonitoring() ends a request that does not end", async () => {
  await withMonitoring(() => READY, async ({ address }) => {
    const startedAt = performance.now();
    const [header, body] = await Promise.all([
      converse(address, "GET /healthz HTTP/1.1\r\nHost:"),
      converse(
        address,
        "POST /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\nx",
      ),
    ]);
    assert(header === "" || header.startsWith("HTTP/1.1 408 "), header);
    assert(body.startsWith("HTTP/1.1 405 "), body);
    assert(performance.now() - startedAt < 8000);
  });
});

Deno.test("J6 startMonitoring() bounds the connections", async () => {
  await withMonitoring(() => READY, async ({ address }) => {
    const [hostname = "", port] = address.split(":");
    const connections = await Promise.all(
      Array.from(
        { length: 80 },
        () => Deno.connect({ hostname, port: Number(port) }),
      ),
    );
    let closed = 0;
    const reads = connections.map(async (connection) => {
      await connection.read(new Uint8Array(1)).catch(() => null);
      closed++;
    });
    while (closed < 16) await new Promise((resolve) => setTimeout(resolve, 10));
    for (const connection of connections) connection.close();
    await Promise.all(reads);
  });
});

Deno.test("startMonitoring() names the setting when the port is in use", async () => {
  await withMonitoring(() => READY, async ({ address }) => {
    const port = Number(address.split(":")[1]);
    const options = { hostname: "127.0.0.1", port, circumstances: () => READY };
    const error = await assertRejects(
      () => startMonitoring(options),
      ListenError,
    );
    assertEquals(
      error.message,
      `Cannot listen on 127.0.0.1:${port}: another program uses it. ` +
        "Set monitoring.listen (MONITORING_LISTEN) to another address or port",
    );
  });
});

Deno.test("startMonitoring() names the setting when the address is not this machine's", async () => {
  const options = {
    hostname: "192.0.2.1",
    port: 0,
    circumstances: () => READY,
  };
  await assertRejects(
    () => startMonitoring(options),
    ListenError,
    "it is no address of this machine",
  );
});

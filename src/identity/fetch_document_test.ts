import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertMatch,
} from "@std/assert";
import { Buffer } from "node:buffer";
import { gzipSync } from "node:zlib";
import {
  endlessBody,
  json,
  slowBody,
  startKeyServer,
} from "../../tests/fixtures/key_server.ts";
import type { KeyServer } from "../../tests/fixtures/key_server.ts";
import { EndpointFault } from "./endpoint_fault.ts";
import { fetchDocument } from "./fetch_document.ts";
import type { FetchRules } from "./fetch_document.ts";

const RULES: FetchRules = {
  timeoutMs: 300,
  caCertificates: [],
  allowLoopback: true,
  allowPrivate: false,
};
const never = new AbortController().signal;
const CAP = 256 * 1024;

function fetchTest(
  name: string,
  answer: KeyServer["answer"] | string,
  check: (
    text: string | EndpointFault,
    server: KeyServer,
    tookMs: number,
  ) => void,
): void {
  Deno.test(name, async () => {
    await using server = startKeyServer(answer);
    const start = performance.now();
    const text = await fetchDocument(
      new URL(`${server.origin}/jwks`),
      RULES,
      never,
    );
    check(text, server, performance.now() - start);
  });
}

function assertFault(text: string | EndpointFault, problem: RegExp): void {
  assertInstanceOf(text, EndpointFault);
  assertMatch(text.problem, problem);
}

fetchTest("D5 fetchDocument() returns the text", '{"keys":[]}', (text) => {
  assertEquals(text, '{"keys":[]}');
});

fetchTest("D5 fetchDocument() takes 256 KiB", "x".repeat(CAP), (text) => {
  assertEquals(text, "x".repeat(CAP));
});

fetchTest(
  "D5 fetchDocument() takes not a byte more",
  "x".repeat(CAP + 1),
  (text) => assertFault(text, /more than 262144 bytes/),
);

fetchTest(
  "D5 fetchDocument() stops reading a body without an end",
  () => new Response(endlessBody("0123456789")),
  (text, _server, tookMs) => {
    assertFault(text, /more than 262144 bytes/);
    assert(tookMs < 300, `${tookMs} ms`);
  },
);

fetchTest(
  "D5 fetchDocument() does not unpack a gzip bomb",
  () =>
    new Response(new Uint8Array(gzipSync(Buffer.alloc(50_000_000))), {
      headers: { "content-encoding": "gzip" },
    }),
  (text) => assertFault(text, /content-encoding that was not asked for/),
);

fetchTest(
  "D5 fetchDocument() gives up on a slow drip",
  () => new Response(slowBody(" ", 20)),
  (text, _server, tookMs) => {
    assertFault(text, /did not answer within 300 ms/);
    assert(tookMs >= 290 && tookMs < 600, `${tookMs} ms`);
  },
);

fetchTest(
  "D5 fetchDocument() gives up on a server that says nothing",
  () =>
    new Promise<Response>((resolve) =>
      setTimeout(() => resolve(json("{}")), 450)
    ),
  (text, _server, tookMs) => {
    assertFault(text, /did not answer within 300 ms/);
    assert(tookMs < 430, `${tookMs} ms`);
  },
);

for (const status of [301, 302, 303, 307, 308]) {
  fetchTest(
    `D4 fetchDocument() does not follow a redirect with ${status}`,
    (request) =>
      new URL(request.url).pathname === "/jwks"
        ? new Response(null, { status, headers: { location: "/elsewhere" } })
        : json('{"keys":[]}'),
    (text, server) => {
      assertFault(text, new RegExp(`answered ${status}`));
      assertEquals(server.asked, ["/jwks"]);
    },
  );
}

for (const status of [201, 206, 400, 401, 404, 429, 500, 503]) {
  fetchTest(
    `D6 fetchDocument() uses nothing of an answer with ${status}`,
    () => json('{"keys":[]}', { status }),
    (text) => assertFault(text, new RegExp(`answered ${status}`)),
  );
}

fetchTest(
  "D6 fetchDocument() refuses what is not UTF-8",
  () => new Response(Uint8Array.of(0xc3, 0x28)),
  (text) => assertFault(text, /is not UTF-8/),
);

Deno.test("D5 fetchDocument() of a port where nobody listens says so at once", async () => {
  const server = startKeyServer("");
  await server[Symbol.asyncDispose]();
  const text = await fetchDocument(new URL(server.origin), RULES, never);
  assertFault(text, /^cannot reach http:\/\/127\.0\.0\.1:\d+: .*refused/i);
});

Deno.test("D5 fetchDocument() ends when it is stopped", async () => {
  await using server = startKeyServer(() => new Response(slowBody(" ", 20)));
  const stop = new AbortController();
  const fetching = fetchDocument(new URL(server.origin), RULES, stop.signal);
  setTimeout(() => stop.abort(), 50);
  assertFault(await fetching, /^stopped$/);
  assertFault(
    await fetchDocument(new URL(server.origin), RULES, stop.signal),
    /^stopped$/,
  );
});

Deno.test("D3 fetchDocument() connects to no address that is not allowed", async () => {
  await using server = startKeyServer("{}");
  const rules = { ...RULES, allowLoopback: false };
  const url = new URL(server.origin.replace("127.0.0.1", "localhost"));
  assertFault(
    await fetchDocument(url, rules, never),
    /localhost is this machine/,
  );
  assertFault(
    await fetchDocument(new URL("https://169.254.169.254/"), rules, never),
    /no issuer can be/,
  );
  assertEquals(server.asked, []);
});

Deno.test("D5 fetchDocument() waits no longer for the name than for the rest", async () => {
  const rules = {
    ...RULES,
    resolve: (): Promise<never> => new Promise(() => {}),
  };
  const url = new URL("https://id.example.com/jwks");
  assertFault(
    await fetchDocument(url, { ...rules, timeoutMs: 20 }, never),
    /did not answer within 20 ms/,
  );
  const stop = new AbortController();
  const fetching = fetchDocument(url, rules, stop.signal);
  stop.abort();
  assertFault(await fetching, /^stopped$/);
});

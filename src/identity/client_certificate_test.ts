import { assertEquals } from "@std/assert";
import { createServer } from "node:https";
import type { ServerOptions } from "node:https";
import type { AddressInfo } from "node:net";
import { createCertificateAuthority } from "../../tests/fixtures/certificates.ts";
import { briefCause } from "../../tests/fixtures/introspection_scene.ts";
import {
  acceptance,
  webhookScene,
} from "../../tests/fixtures/webhook_scene.ts";
import { Secret } from "../base/secret.ts";
import type { ClientCertificate } from "./http_endpoint.ts";

function clientCertificate(
  { cert, key }: { readonly cert: string; readonly key: string },
): ClientCertificate {
  return { certificate: cert, key: new Secret(key) };
}

Deno.test("a backend that asks for a client certificate gets ours, and turns others away", async () => {
  const authority = createCertificateAuthority("backend");
  const stranger = createCertificateAuthority("stranger");
  const asked: string[] = [];
  const server = createServer({
    ...authority.issue(),
    ca: [authority.certificate],
    requestCert: true,
    rejectUnauthorized: true,
  }, (request, response) => {
    asked.push(
      request.headers["webhook-signature"] === undefined
        ? "unsigned"
        : "signed",
    );
    request.resume();
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(acceptance()));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;

  const cases: readonly [ClientCertificate | undefined, string][] = [
    [clientCertificate(authority.issue()), "identity alice"],
    [clientCertificate(stranger.issue()), "unavailable webhook: unreachable"],
    [undefined, "unavailable webhook: proof_refused"],
  ];
  for (const [certificate, expected] of cases) {
    await using scene = webhookScene({}, {
      url: new URL(`https://127.0.0.1:${port}/nats/token`),
      secrets: [],
      caCertificates: [authority.certificate],
      // A machine with much else to do takes its time for a handshake.
      timeoutMs: 5_000,
      ...(certificate === undefined ? {} : { clientCertificate: certificate }),
    });
    assertEquals(briefCause(await scene.judge()), expected);
  }
  assertEquals(asked, ["unsigned"]);
  await new Promise((resolve) => server.close(resolve));
});

const backend = createCertificateAuthority("backend");
const failing: readonly [
  why: string,
  server: ServerOptions,
  trusted: string,
  cause: string,
][] = [
  [
    "of an unknown authority",
    backend.issue(),
    createCertificateAuthority("another").certificate,
    "authority_unknown",
  ],
  [
    "of another host",
    backend.issue("backend.example"),
    backend.certificate,
    "unreachable",
  ],
  [
    "that we lack",
    {
      ...backend.issue(),
      ca: [backend.certificate],
      requestCert: true,
      rejectUnauthorized: true,
    },
    backend.certificate,
    "proof_refused",
  ],
];

for (const [why, options, trusted, cause] of failing) {
  Deno.test(`F12 a certificate ${why} is not tried again`, async () => {
    let connections = 0;
    const server = createServer(options);
    server.on("connection", () => connections++);
    await new Promise<void>((resolve) =>
      server.listen(0, "127.0.0.1", resolve)
    );
    const { port } = server.address() as AddressInfo;
    await using scene = webhookScene({}, {
      url: new URL(`https://localhost:${port}/nats/token`),
      caCertificates: [trusted],
      timeoutMs: 5_000,
    });
    assertEquals(
      briefCause(await scene.judge()),
      `unavailable webhook: ${cause}`,
    );
    assertEquals(connections, 1);
    await new Promise((resolve) => server.close(resolve));
  });
}

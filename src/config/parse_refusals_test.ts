import { assert, assertEquals } from "@std/assert";
import { createCertificateAuthority } from "../../tests/fixtures/certificates.ts";
import {
  assertRefused,
  FILES,
  issuesOf,
  type Scene,
  TEXT,
  VARIABLES,
  withLine,
} from "../../tests/fixtures/config_scene.ts";

const wrong: [
  why: string,
  changed: Partial<Scene>,
  path: string,
  problem: RegExp,
][] = [
  [
    "K8 a setting that is misspelt",
    withLine("callout:", "  budget_mss: 1000"),
    "callout.budget_mss",
    /^is no setting$/,
  ],
  [
    "K8 a section that is misspelt",
    { text: `${TEXT}\nmonitorin: {}` },
    "monitorin",
    /no setting/,
  ],
  [
    "K8 a setting of an entry that is misspelt",
    withLine(
      "  - issuer: https://issuer.example",
      "    jwksurl: https://x.example",
    ),
    "issuers[0].jwksurl",
    /no setting/,
  ],
  [
    "a number out of bounds",
    withLine("callout:", "  budget_ms: 99"),
    "callout.budget_ms",
    /^must be from 100 to 10000$/,
  ],
  [
    "A4 tokens that are longer than any that is read",
    withLine("callout:", "  bearer_token_bytes_max: 16385"),
    "callout.bearer_token_bytes_max",
    /^must be from 1024 to 16384$/,
  ],
  [
    "D18 no more places than endpoints that hang could hold",
    withLine("callout:", "  requests_in_flight_max: 2047"),
    "callout.requests_in_flight_max",
    /^must be from 3072 to 10000$/,
  ],
  [
    "a number out of bounds from the environment",
    {
      ...withLine("callout:", "  budget_ms: ${BUDGET_MS}"),
      variables: { ...VARIABLES, BUDGET_MS: "10001" },
    },
    "callout.budget_ms",
    /^must be from 100 to 10000$/,
  ],
  [
    "a fraction",
    withLine("callout:", "  budget_ms: 1000.5"),
    "callout.budget_ms",
    /^must be a whole number$/,
  ],
  [
    "text for a number",
    withLine("callout:", "  budget_ms: 4s"),
    "callout.budget_ms",
    /^must be a whole number$/,
  ],
  [
    "text for a switch",
    withLine("callout:", "  allow_plaintext: yes"),
    "callout.allow_plaintext",
    /^must be true or false$/,
  ],
  [
    "a list for a section",
    {
      text: TEXT.replace(
        "nats:\n  creds_file: callout.creds",
        "nats: [callout.creds]",
      ),
    },
    "nats",
    /^must be a section/,
  ],
  [
    "a number for text",
    withLine("nats:", "  queue_group: 7"),
    "nats.queue_group",
    /^must be text$/,
  ],
  [
    "a choice that is none",
    { text: `${TEXT}\nlog: { format: xml }` },
    "log.format",
    /^must be one of auto, json, text$/,
  ],
  [
    "I1 no queue group",
    withLine("nats:", '  queue_group: "a b"'),
    "nats.queue_group",
    /must be/,
  ],
  [
    "no server",
    withLine("nats:", "  servers: []"),
    "nats.servers",
    /names no server/,
  ],
  [
    "a server by http",
    withLine("nats:", "  servers: http://x:80"),
    "nats.servers[0]",
    /nats:\/\/ or tls:/,
  ],
  [
    "a server with a password",
    withLine("nats:", "  servers: nats://canary:canary@x:4222"),
    "nats.servers[0]",
    /user or a password/,
  ],
  [
    "servers with and without TLS",
    withLine("nats:", "  servers: tls://a:4222, nats://b:4222"),
    "nats.servers",
    /mixes/,
  ],
  [
    "a certificate without its key",
    {
      ...withLine("nats:", "  tls: { cert_file: client.pem }"),
      files: {
        ...FILES,
        "client.pem": createCertificateAuthority("ca").certificate,
      },
    },
    "nats.tls.key_file",
    /come together/,
  ],
  [
    "D17 a CA of NATS that is another file",
    withLine("nats:", "  tls: { ca_file: issuer.jwks.json }"),
    "nats.tls.ca_file",
    /holds no certificate/,
  ],
  [
    "an address that is a name",
    { text: `${TEXT}\nmonitoring: { listen: "example.com:80" }` },
    "monitoring.listen",
    /address and a port/,
  ],
  [
    "an address without a port",
    { text: `${TEXT}\nmonitoring: { listen: 127.0.0.1 }` },
    "monitoring.listen",
    /address and a port/,
  ],
  [
    "a reference that names no variable",
    withLine("nats:", "  servers: nats://${1}:4222"),
    "nats.servers",
    /does not name a variable/,
  ],
];

for (const [why, changed, path, problem] of wrong) {
  Deno.test(`parseConfig() refuses ${why}`, () => {
    assertRefused(changed, path, problem);
  });
}

for (const text of ["[]", "text", "[{ issuers: [] }]"]) {
  Deno.test(`K8 parseConfig() refuses a file without sections: ${text}`, () => {
    const [issue] = issuesOf({ text });
    assertEquals(issue?.path, "the file");
    assertEquals(issue?.problem, "must be a section with settings of its own");
    assert(issue?.remedy.includes("config/callout.yaml"), issue?.remedy);
  });
}

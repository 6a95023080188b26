import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { randomBytes } from "node:crypto";
import {
  assertRefused,
  parseScene,
  withIssuer,
  WITHOUT_ISSUERS,
} from "../../tests/fixtures/config_scene.ts";
import { ConfigError } from "./config_error.ts";

const SECRET = randomBytes(32);

const wrong: [
  why: string,
  lines: readonly string[],
  path: string,
  problem: RegExp,
][] = [
  [
    "D1 keys by http",
    ["issuer: a", "jwks_url: http://x.example/"],
    "issuers[0].jwks_url",
    /https/,
  ],
  [
    "keys from something else",
    ["issuer: a", "jwks_url: x"],
    "issuers[0].jwks_url",
    /no(t a)? URL/,
  ],
  [
    "an issuer that says nothing about its keys and is no URL",
    ["issuer: a"],
    "issuers[0].issuer",
    /is not a URL, which discovery needs/,
  ],
  [
    "an issuer that is the address of its metadata",
    ["issuer: https://a.example/.well-known/openid-configuration"],
    "issuers[0].issuer",
    /is where its metadata are/,
  ],
  [
    "keys from two places",
    ["issuer: a", "jwks_url: https://x.example", "jwks_file: issuer.jwks.json"],
    "issuers[0]",
    /jwks_url and jwks_file: keys come from one place/,
  ],
  [
    "a file that is no JWKS",
    ["issuer: a", "jwks_file: callout.creds"],
    "issuers[0].jwks_file",
    /JSON/,
  ],
  [
    "a JWKS without a key that fits",
    ["issuer: a", "jwks_file: issuer.jwks.json", "algorithms: [RS256]"],
    "issuers[0].jwks_file",
    /has no key for the configured algorithms/,
  ],
  [
    "B1 an algorithm that is none",
    ["issuer: a", "jwks_file: issuer.jwks.json", "algorithms: [EdDSA, none]"],
    "issuers[0].algorithms",
    /no algorithm/,
  ],
  [
    "B4 HS256 with an issuer's public keys",
    ["issuer: a", "jwks_file: issuer.jwks.json", "algorithms: [EdDSA, HS256]"],
    "issuers[0].algorithms",
    /HS256, which needs a shared secret/,
  ],
  [
    "B4 EdDSA with a shared secret",
    [
      "issuer: a",
      "algorithms: [HS256, EdDSA]",
      `shared_secrets: [{ secret: ${SECRET.toString("hex")}, encoding: hex }]`,
    ],
    "issuers[0].algorithms",
    /EdDSA, which a shared secret cannot verify/,
  ],
  [
    "E1 a secret of 31 bytes",
    [
      "issuer: a",
      `shared_secrets: [{ secret: ${
        SECRET.toString("hex").slice(2)
      }, encoding: hex }]`,
    ],
    "issuers[0].shared_secrets[0].secret",
    /shorter than 32 bytes/,
  ],
  [
    "E1 a secret that is a sample",
    [
      "issuer: a",
      "shared_secrets: [{ secret: a-string-secret-at-least-256-bits-long, encoding: utf8 }]",
    ],
    "issuers[0].shared_secrets[0].secret",
    /has been published/,
  ],
  [
    "E2 a secret whose encoding is not said",
    ["issuer: a", `shared_secrets: [{ secret: ${SECRET.toString("hex")} }]`],
    "issuers[0].shared_secrets[0].encoding",
    /is missing/,
  ],
  [
    "E2 a secret in another encoding",
    [
      "issuer: a",
      `shared_secrets: [{ secret: "${
        SECRET.toString("base64")
      }", encoding: hex }]`,
    ],
    "issuers[0].shared_secrets[0].secret",
    /is not hex/,
  ],
  [
    "E3 three secrets",
    ["issuer: https://a.example", "shared_secrets: [{}, {}, {}]"],
    "issuers[0].shared_secrets",
    /2 entries at most/,
  ],
  [
    "E4 no audience",
    ["issuer: a", "jwks_file: issuer.jwks.json", "audiences: []"],
    "issuers[0].audiences",
    /is empty/,
  ],
  [
    "C5 a tolerance of more than five minutes",
    [
      "issuer: a",
      "jwks_file: issuer.jwks.json",
      "clock_tolerance_seconds: 301",
    ],
    "issuers[0].clock_tolerance_seconds",
    /^must be from 0 to 300$/,
  ],
  [
    "a label that would not be safe in a subject",
    ["issuer: a", "jwks_file: issuer.jwks.json", "label: a.b"],
    "issuers[0].label",
    /must be lower-case/,
  ],
];

for (const [why, lines, path, problem] of wrong) {
  Deno.test(`parseConfig() refuses ${why}`, () => {
    assertRefused(withIssuer(...lines), path, problem);
  });
}

Deno.test("parseConfig() leads from an issuer that is there twice to one of them", () => {
  const text = `${WITHOUT_ISSUERS}issuers:
  - { issuer: a, jwks_file: issuer.jwks.json }
  - { issuer: a, jwks_file: issuer.jwks.json, label: b }`;
  const { issues } = assertThrows(() => parseScene({ text }), ConfigError);
  assertEquals(issues.map(({ path, remedy }) => [path, remedy]), [[
    "issuers[1].issuer",
    "keep one of the two, with the settings of both",
  ]]);
});

for (
  const lines of [
    ["issuer: http://127.0.0.1:8080"],
    ["issuer: a", "jwks_url: http://127.0.0.1:8080/jwks"],
  ]
) {
  Deno.test(`parseConfig() says what lets an issuer go without TLS: ${lines.at(-1)}`, () => {
    const { issues } = assertThrows(
      () => parseScene(withIssuer(...lines)),
      ConfigError,
    );
    assertMatch(issues[0]?.problem ?? "", /not https/);
    assertMatch(issues[0]?.remedy ?? "", /remote\.allow_loopback_http: true/);
  });
}

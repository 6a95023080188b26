import { assertEquals, assertMatch } from "@std/assert";
import {
  DISCOVERY,
  look,
  signer,
} from "../../tests/fixtures/issuer_inquiries.ts";
import { createSigner, jwksOf } from "../../tests/fixtures/jwt_signer.ts";
import { json, startKeyServer } from "../../tests/fixtures/key_server.ts";
import type { JwtKeySource } from "../identity/jwt_issuer_options.ts";
import type { Finding } from "./finding.ts";

/** An issuer whose metadata or keys are not what they should be. */
interface Spoiled {
  readonly metadata?: Readonly<Record<string, unknown>>;
  readonly answer?: () => Response | Promise<Response>;
  readonly jwks?: string;
  readonly keys?: JwtKeySource;
}

type Row = [
  why: string,
  spoiled: Spoiled,
  verdict: Finding["verdict"],
  what: RegExp,
  remedy: RegExp,
];

const rows: Row[] = [
  [
    "an issuer without a slash at its end",
    { metadata: { issuer: "https://id.example.com/" } },
    "wrong",
    /^metadata name another "issuer", https:\/\/id\.example\.com\/$/,
    /^write issuer exactly as the metadata/,
  ],
  [
    "another issuer, who would be trusted",
    { metadata: { issuer: "https://id.example.com/UnknownIssuer" } },
    "wrong",
    /^metadata name another "issuer", /,
    /^write issuer exactly as the metadata/,
  ],
  [
    "keys at another origin",
    { metadata: { "jwks_uri": "https://keys.example.com/jwks" } },
    "wrong",
    /at another origin, https:\/\/keys\.example\.com;/,
    /^name it in remote\.jwks_origins/,
  ],
  [
    "no metadata",
    { answer: () => json("{}", { status: 404 }) },
    "wrong",
    /^http:\/\/127\.0\.0\.1:\d+ answered 404$/,
    /^compare issuer; if it publishes no such metadata, set jwks_url or remote\.metadata_document$/,
  ],
  [
    "no keys at jwks_url",
    {
      answer: () => json("{}", { status: 404 }),
      keys: {
        ...DISCOVERY,
        kind: "jwks_url",
        url: new URL("/jwks", "http://x"),
      },
    },
    "wrong",
    /answered 404$/,
    /^compare jwks_url$/,
  ],
  [
    "a login page",
    { answer: () => json("<html>") },
    "wrong",
    /^metadata is not JSON$/,
    /^compare issuer; if/,
  ],
  [
    "a server that is broken",
    { answer: () => json("{}", { status: 500 }) },
    "wrong",
    /answered 500$/,
    /^see its own log$/,
  ],
  [
    "a server that wants to know who asks",
    { answer: () => json("{}", { status: 401 }) },
    "wrong",
    /answered 401$/,
    /^keys are public/,
  ],
  [
    "a server that does not want us",
    { answer: () => json("{}", { status: 403 }) },
    "wrong",
    /answered 403$/,
    /^keys are public/,
  ],
  [
    "a server that does not understand us",
    { answer: () => json("{}", { status: 422 }) },
    "wrong",
    /answered 422$/,
    /^compare issuer; if it is right, see its own log$/,
  ],
  [
    "a server that is asked too often",
    { answer: () => json("{}", { status: 429 }) },
    "doubtful",
    /answered 429$/,
    /^try again later/,
  ],
  [
    "no key",
    { jwks: '{"keys":[]}' },
    "wrong",
    /^key set has no usable key$/,
    /^compare algorithms/,
  ],
  [
    "keys for other algorithms",
    { jwks: jwksOf(createSigner("RS256").jwk) },
    "wrong",
    /^key set has no usable key; 1 for something else than EdDSA$/,
    /^compare algorithms/,
  ],
  [
    "no key, where all are to be refused then",
    { jwks: '{"keys":[]}', keys: { ...DISCOVERY, whenEmpty: "deny" } },
    "wrong",
    /^none can be used: all its tokens are refused/,
    /^compare algorithms/,
  ],
  [
    "what is no key set",
    { jwks: "[]" },
    "wrong",
    /^key set is not a JSON object$/,
    /^see what is at issuer/,
  ],
];

for (const [why, spoiled, verdict, what, remedy] of rows) {
  Deno.test(`check --issuers tells of ${why}, and what to do`, async () => {
    await using server = startKeyServer((request) => {
      if (spoiled.answer !== undefined) return spoiled.answer();
      return request.url.endsWith("openid-configuration")
        ? json(JSON.stringify({
          issuer: server.origin,
          "jwks_uri": `${server.origin}/jwks`,
          ...spoiled.metadata,
        }))
        : json(spoiled.jwks ?? jwksOf(signer.jwk));
    });
    const { keys = DISCOVERY } = spoiled;
    const found = await look(
      server.origin,
      keys.kind === "jwks_url"
        ? { ...keys, url: new URL(keys.url.pathname, server.origin) }
        : keys,
    );
    assertEquals(found.length, 1, JSON.stringify(found));
    assertEquals(found[0]?.verdict, verdict);
    assertEquals(found[0]?.where, `issuer ${server.origin}, keys`);
    assertMatch(found[0]?.what ?? "", what);
    assertMatch(found[0]?.remedy ?? "", remedy);
  });
}

const elsewhere: [why: string, issuer: string, what: RegExp, remedy: RegExp][] =
  [
    [
      "in a private network",
      "https://10.0.0.1",
      /^10\.0\.0\.1 is in a private network/,
      /remote\.allow_private_addresses: true/,
    ],
    [
      "on this machine",
      "https://127.0.0.1",
      /^127\.0\.0\.1 is this machine/,
      /remote\.allow_loopback_http: true/,
    ],
    [
      "that nobody knows",
      "https://id.invalid",
      /^cannot resolve id\.invalid$/,
      /^compare issuer;/,
    ],
    [
      "where no issuer can be",
      "https://169.254.169.254",
      /^169\.254\.169\.254 is at an address/,
      /^name another host/,
    ],
  ];

for (const [why, issuer, what, remedy] of elsewhere) {
  Deno.test(
    `D3 check --issuers tells of an issuer ${why}, and what to do`,
    async () => {
      const [found] = await look(issuer, { kind: "discovery" });
      assertEquals(found?.verdict, "wrong");
      assertMatch(found?.what ?? "", what);
      assertMatch(found?.remedy ?? "", remedy);
    },
  );
}

Deno.test("check --issuers tells of a port where nobody is", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  const [found] = await look(`http://127.0.0.1:${port}`, DISCOVERY);
  assertMatch(found?.what ?? "", /^cannot reach http:\/\/127\.0\.0\.1:\d+: /);
  assertMatch(found?.remedy ?? "", /^compare issuer; .* whether it runs/);
});

Deno.test("check --issuers tells of a certificate authority that is none", async () => {
  const [found] = await look("https://127.0.0.1", {
    ...DISCOVERY,
    caCertificates: [
      "-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n",
    ],
  });
  assertMatch(found?.what ?? "", /^cannot reach https:\/\/127\.0\.0\.1: /);
  assertMatch(found?.remedy ?? "", /^set remote\.ca_file to /);
});

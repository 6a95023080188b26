import { assertEquals } from "@std/assert";
import { issuerOptions } from "../../tests/fixtures/jwt_scene.ts";
import { createSigner, jwksOf } from "../../tests/fixtures/jwt_signer.ts";
import type { JwtIssuerOptions, JwtKeySource } from "./jwt_issuer_options.ts";
import { jwtIssuerProblems } from "./jwt_issuer_problems.ts";

const signer = createSigner("EdDSA");
const shared = createSigner("HS256");

function problemsOf(changes: Partial<JwtIssuerOptions>): readonly string[] {
  const problems = jwtIssuerProblems([issuerOptions(signer, changes)]);
  return problems.map(({ option, problem }) => `${option} ${problem}`);
}

function url(text: string, changes = {}): JwtKeySource {
  return { kind: "jwks_url", url: new URL(text), ...changes };
}

const rows: readonly [
  why: string,
  changes: Partial<JwtIssuerOptions>,
  problem: string,
][] = [
  ["B1 no algorithm", { algorithms: [] }, "algorithms is empty"],
  [
    "B4 HS256 with a JWKS",
    { algorithms: ["EdDSA", "HS256"] },
    "algorithms contains HS256, which needs a shared secret",
  ],
  ["B4 EdDSA with a shared secret", {
    keys: shared.source,
    algorithms: ["HS256", "EdDSA"],
  }, "algorithms contains EdDSA, which a shared secret cannot verify"],
  ["C1 an empty issuer", { issuer: "" }, "issuer is empty"],
  [
    "C1 an issuer with a space behind it",
    { issuer: "https://issuer.example " },
    "issuer has white space at its beginning or its end",
  ],
  [
    "C5 an audience with a line break behind it",
    { audiences: ["nats\n"] },
    "audiences has white space at its beginning or its end",
  ],
  ["C3 no audience", { audiences: [] }, "audiences is empty"],
  [
    "C3 an empty audience",
    { audiences: ["nats", ""] },
    "audiences contains an empty string",
  ],
  [
    "C5 a tolerance of 301 s",
    { clockToleranceSeconds: 301 },
    "clockToleranceSeconds is not between 0 and 300",
  ],
  [
    "C5 a negative tolerance",
    { clockToleranceSeconds: -1 },
    "clockToleranceSeconds is not between 0 and 300",
  ],
  [
    "C5 a tolerance that is no number",
    { clockToleranceSeconds: NaN },
    "clockToleranceSeconds is not between 0 and 300",
  ],
  [
    "C8 no lifetime",
    { lifetimeSecondsMax: 0 },
    "lifetimeSecondsMax is not between 1 and 316224000",
  ],
  [
    "C8 an endless lifetime",
    { lifetimeSecondsMax: Infinity },
    "lifetimeSecondsMax is not between 1 and 316224000",
  ],
  ["C11 no typ", { typ: [] }, "typ is empty"],
  ["C13 no client", { clientIds: [] }, "clientIds is empty"],
  ["C14 no scope", { requiredScopes: [] }, "requiredScopes is empty"],
  [
    "C16 an empty path",
    { requiredClaims: [{ path: [], type: "string" }] },
    "requiredClaims has a path that names nothing",
  ],
  [
    "D1 http",
    { keys: url("http://id.example.com/jwks") },
    "keys.url is not https, and not on this machine",
  ],
  ["D1 http beyond this machine, even with the flag", {
    keys: url("http://10.0.0.1/jwks", {
      allowLoopbackHttp: true,
      allowPrivateAddresses: true,
    }),
  }, "keys.url is not https, and not on this machine"],
  ["D1 http on this machine without the flag", {
    keys: url("http://127.0.0.1/jwks"),
  }, "keys.url is not https, which is not allowed for this issuer"],
  [
    "D1 a file",
    { keys: url("file:///etc/jwks.json") },
    "keys.url is not https",
  ],
  [
    "D1 credentials in the URL",
    { keys: url("https://u:p@id.example.com/") },
    "keys.url holds credentials",
  ],
  ["D1 discovery of what is no URL", {
    issuer: "accounts",
    keys: { kind: "discovery" },
  }, "issuer is not a URL, which discovery needs"],
  ["D1 discovery over http", {
    issuer: "http://id.example.com",
    keys: { kind: "discovery" },
  }, "issuer is not https, and not on this machine"],
  ["D2 discovery with a query", {
    issuer: "https://id.example.com/?a",
    keys: { kind: "discovery" },
  }, "issuer has a query"],
  ["D3 an origin with a path", {
    keys: { kind: "discovery", jwksOrigins: ["https://a.example/x"] },
  }, "keys.jwksOrigins contains something that is not an origin"],
  ["D5 a time-out of a minute", {
    keys: url("https://id.example.com/", { timeoutMs: 60_000 }),
  }, "keys.timeoutMs is not between 50 and 10000"],
  ["D10 no cool-down", {
    keys: url("https://id.example.com/", { unknownKeyCooldownSeconds: 0 }),
  }, "keys.unknownKeyCooldownSeconds is not between 0.1 and 3600"],
  ["D11 a refresh within the cool-down", {
    keys: url("https://id.example.com/", { refreshSeconds: 4 }),
  }, "keys.refreshSeconds is not between 5 and 86400"],
  ["D12 keys that are stale before a refresh", {
    keys: url("https://id.example.com/", { staleSecondsMax: 299 }),
  }, "keys.staleSecondsMax is not between 300 and 2592000"],
  [
    "D6 a JWKS that is none",
    { keys: { kind: "jwks", jwks: "[]" } },
    "keys.jwks is not a JSON object",
  ],
  [
    "D16 a JWKS without keys",
    { keys: { kind: "jwks", jwks: jwksOf() } },
    "keys.jwks has no key for the configured algorithms",
  ],
];

for (const [why, changes, problem] of rows) {
  Deno.test(`${why}: jwtIssuerProblems() finds it`, () => {
    assertEquals(problemsOf(changes), [problem]);
  });
}

Deno.test("D8 a private key in a local JWKS is a problem, not a warning", () => {
  const jwks = jwksOf(signer.jwk, { ...signer.jwk, d: "AAAA" });
  assertEquals(problemsOf({ keys: { kind: "jwks", jwks } }), [
    'keys.jwks key 1 holds secret material ("d")',
  ]);
});

Deno.test("C1 jwtIssuerProblems() finds an issuer that is configured twice", () => {
  const options = issuerOptions(signer);
  assertEquals(
    jwtIssuerProblems([
      options,
      issuerOptions(shared, { issuer: "other" }),
      options,
    ]),
    [{ index: 2, option: "issuer", problem: "is configured twice" }],
  );
});

Deno.test("jwtIssuerProblems() finds nothing in what is right", () => {
  const good: readonly Partial<JwtIssuerOptions>[] = [
    {},
    { keys: url("https://id.example.com/jwks?tenant=1") },
    { keys: url("http://localhost:8080/jwks", { allowLoopbackHttp: true }) },
    { keys: url("http://[::1]:8080/jwks", { allowLoopbackHttp: true }) },
    { keys: { kind: "discovery", jwksOrigins: ["https://keys.example.com"] } },
    { typ: ["at+jwt"], clientIds: ["web"], requiredScopes: ["nats"] },
  ];
  for (const changes of good) assertEquals(problemsOf(changes), []);
});

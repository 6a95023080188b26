import { assert, assertEquals, assertFalse, assertThrows } from "@std/assert";
import { randomBytes } from "node:crypto";
import {
  createJwks,
  FILES,
  parseScene,
  type Scene,
  TEXT,
  VARIABLES,
} from "../../tests/fixtures/config_scene.ts";
import { DEVELOPMENT_ISSUER as ISSUER_OF_DEV } from "../dev/token_issuer.ts";
import type { JwtIssuerOptions } from "../identity/jwt_issuer_options.ts";
import { DEVELOPMENT_ISSUER } from "./build_issuers.ts";
import { ConfigError, formatConfigError } from "./config_error.ts";

const WITHOUT_ISSUERS = TEXT.slice(0, TEXT.indexOf("issuers:"));
const SECRET = randomBytes(32);

/** The rest of the file, and one issuer with these settings. */
function withIssuer(...lines: readonly string[]): Scene {
  const text = [`${WITHOUT_ISSUERS}issuers:`, `  - ${lines[0]}`]
    .concat(lines.slice(1).map((line) => `    ${line}`)).join("\n");
  return { text, variables: VARIABLES, files: FILES };
}

function issuerOf(scene: Scene): JwtIssuerOptions | undefined {
  return parseScene(scene).config.issuers[0];
}

Deno.test("parseConfig() fetches the keys of an issuer from a URL", () => {
  const issuer = issuerOf(withIssuer(
    "issuer: https://issuer.example/",
    "jwks_url: https://keys.example/jwks",
    "algorithms: ES256, RS256",
    "typ: [at+jwt]",
    "client_ids: a, b",
    "required_scopes: nats",
    "scope_claim: scp",
    "remote: { refresh_seconds: 60, allow_private_addresses: true }",
  ));
  assert(issuer?.keys.kind === "jwks_url");
  assertEquals(issuer.issuer, "https://issuer.example/");
  assertEquals(issuer.keys.url.href, "https://keys.example/jwks");
  assertEquals(issuer.keys.refreshSeconds, 60);
  assert(issuer.keys.allowPrivateAddresses);
  assertEquals(issuer.algorithms, ["ES256", "RS256"]);
  assertEquals(issuer.typ, ["at+jwt"]);
  assertEquals(issuer.clientIds, ["a", "b"]);
  assertEquals(issuer.requiredScopes, ["nats"]);
  assertEquals(issuer.scopeClaim, "scp");
});

Deno.test("parseConfig() has an issuer discovered that says nothing about its keys", () => {
  const issuer = issuerOf(withIssuer(
    "issuer: https://issuer.example",
    "jwks_url: ${OIDC_JWKS_URL:-}",
    "remote: { jwks_origins: [https://keys.example] }",
  ));
  assert(issuer?.keys.kind === "discovery");
  assertEquals(issuer.keys.jwksOrigins, ["https://keys.example"]);
});

const encodings: [encoding: string, text: string][] = [
  ["utf8", "a long sentence that nobody has ever written down"],
  ["hex", SECRET.toString("hex")],
  ["base64", SECRET.toString("base64")],
  ["base64url", SECRET.toString("base64url")],
];

for (const [encoding, text] of encodings) {
  Deno.test(`E2 parseConfig() reads a shared secret in ${encoding} and cuts one line end`, () => {
    const length = encoding === "utf8" ? text.length : SECRET.length;
    for (const end of ["", "\n", "\r\n"]) {
      const scene = withIssuer(
        "issuer: a",
        "shared_secrets:",
        `  - { secret_file: my.secret, encoding: ${encoding}, kid: k }`,
      );
      const issuer = issuerOf({
        ...scene,
        files: { ...FILES, "my.secret": text + end },
      });
      assert(issuer?.keys.kind === "shared_secret");
      assertEquals(issuer.keys.secrets.map((it) => [it.kid, it.byteLength]), [[
        "k",
        length,
      ]]);
      assertEquals(issuer.algorithms, ["HS256"]);
    }
  });
}

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
    /sample|placeholder/,
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
    const { issues } = assertThrows(
      () => parseScene(withIssuer(...lines)),
      ConfigError,
    );
    assertEquals(issues.map((issue) => issue.path), [path]);
    assert(problem.test(issues[0]?.problem ?? ""), issues[0]?.problem);
  });
}

Deno.test("E5 parseConfig() shows no shared secret", () => {
  const canary = "canary-canary-canary-canary-canary-but-a-long-one";
  const good = parseScene(
    withIssuer(
      "issuer: a",
      `shared_secrets: [{ secret: ${canary}, encoding: utf8 }]`,
    ),
  );
  const printed = Deno.inspect(good.config, { depth: 20, showHidden: true }) +
    JSON.stringify(good.config);
  assertFalse(printed.includes("canary"), printed);
  for (const encoding of ["hex", "base64", "utf16"]) {
    const error = assertThrows(
      () =>
        parseScene(
          withIssuer(
            "issuer: a",
            `shared_secrets: [{ secret: ${canary}, encoding: ${encoding} }]`,
          ),
        ),
      ConfigError,
    );
    assertFalse(formatConfigError(error).includes("canary"));
  }
});

Deno.test("parseConfig() leaves an entry without an issuer out, whatever else it lacks", () => {
  const scene = withIssuer(
    "issuer: ${OIDC_ISSUER:-}",
    "jwks_url: ${OIDC_JWKS_URL}",
    "audiences: ${OIDC_AUDIENCE}",
  );
  const text = `${scene.text}\n  - { issuer: b, jwks_file: issuer.jwks.json }`;
  const { config } = parseScene({ text });
  assertEquals(config.issuers.map(({ issuer }) => issuer), ["b"]);
});

Deno.test("parseConfig() names what to set when there is no issuer at all", () => {
  const error = assertThrows(
    () =>
      parseScene(
        withIssuer("issuer: ${OIDC_ISSUER:-}", "jwks_url: ${OIDC_JWKS_URL:-}"),
      ),
    ConfigError,
  );
  const said = formatConfigError(error);
  for (const name of ["OIDC_ISSUER", "OIDC_JWKS_URL", "DEV_ISSUER_JWKS_FILE"]) {
    assert(said.includes(name), said);
  }
});

Deno.test("C18 parseConfig() lets only one issuer go without a label", () => {
  const two = (label: string): string =>
    `${TEXT}\n  - { issuer: b, jwks_file: issuer.jwks.json, label: ${label} }`;
  const { config } = parseScene({ text: two("b") });
  assertEquals([...config.permissions.issuerLabels], [["b", "b"]]);
  const { issues } = assertThrows(
    () => parseScene({ text: two('""') }),
    ConfigError,
  );
  assertEquals(issues.map(({ path }) => path), ["issuers[1].label"]);
});

Deno.test("C18 parseConfig() refuses an issuer that stands there twice", () => {
  const text = `${TEXT}\n  - { issuer: "https://issuer.example", label: b }`;
  const { issues } = assertThrows(() => parseScene({ text }), ConfigError);
  assertEquals(issues.map(({ path, problem }) => [path, problem]), [
    ["issuers[1].issuer", "is configured twice"],
  ]);
});

Deno.test("parseConfig() trusts the development issuer only with its keys, and says it", () => {
  const text =
    `${WITHOUT_ISSUERS}\ndevelopment_issuer: { jwks_file: "\${DEV_ISSUER_JWKS_FILE:-}" }`;
  const variables = { ...VARIABLES, DEV_ISSUER_JWKS_FILE: "dev.json" };
  const files = { ...FILES, "dev.json": createJwks() };
  const { config, warnings } = parseScene({ text, variables, files });
  assertEquals(config.issuers.map(({ issuer }) => issuer), [
    DEVELOPMENT_ISSUER,
  ]);
  assertEquals([...config.permissions.issuerLabels], []);
  assertEquals(warnings.map(({ code }) => code), [
    "development_issuer_trusted",
  ]);

  assertThrows(() => parseScene({ text, files }), ConfigError, "issuers");
  assertThrows(
    () => parseScene({ text, variables }),
    ConfigError,
    "does not exist",
  );
  const beside = parseScene({
    text: text + TEXT.slice(TEXT.indexOf("\nissuers:")),
    variables,
    files,
  });
  assertEquals([...beside.config.permissions.issuerLabels], [[
    DEVELOPMENT_ISSUER,
    "development",
  ]]);
});

Deno.test("parseConfig() means the same development issuer as the one who makes its tokens", () => {
  assertEquals(DEVELOPMENT_ISSUER, ISSUER_OF_DEV);
});

import {
  assert,
  assertEquals,
  assertFalse,
  assertMatch,
  assertThrows,
} from "@std/assert";
import { randomBytes } from "node:crypto";
import {
  createJwks,
  FILES,
  issuesOf,
  parseScene,
  type Scene,
  TEXT,
  VARIABLES,
  withIssuer,
  WITHOUT_ISSUERS,
} from "../../tests/fixtures/config_scene.ts";
import { DEVELOPMENT_ISSUER as ISSUER_OF_DEV } from "../dev/token_issuer.ts";
import type { JwtIssuerOptions } from "../identity/jwt_issuer_options.ts";
import { DEVELOPMENT_ISSUER } from "./build_issuers.ts";
import { ConfigError, formatConfigError } from "./config_error.ts";

const SECRET = randomBytes(32);

function issuerOf(scene: Partial<Scene>): JwtIssuerOptions | undefined {
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
  ["utf8", SECRET.toString("base64")],
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

Deno.test("E1 parseConfig() refuses a shared secret of a list", () => {
  const secret = SECRET.toString("base64");
  const scene = withIssuer(
    "issuer: a",
    "published_secrets_file: published.txt",
    `shared_secrets: [{ secret: "${secret}", encoding: base64 }]`,
  );
  const files = { ...FILES, "published.txt": "first\nsecond\n" };
  assert(issuerOf({ ...scene, files }) !== undefined);
  for (
    const [published, path, problem] of [
      [secret, "issuers[0].shared_secrets[0].secret", /has been published/],
      [undefined, "issuers[0].published_secrets_file", /does not exist/],
    ] as const
  ) {
    const [issue] = issuesOf({
      ...scene,
      files: published === undefined
        ? FILES
        : { ...files, "published.txt": published },
    });
    assertEquals(issue?.path, path);
    assertMatch(issue?.problem ?? "", problem);
  }
});

Deno.test("E5 parseConfig() shows no shared secret", () => {
  const canary = `canary-${SECRET.toString("base64url")}`;
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

import { assertEquals } from "@std/assert";
import {
  allKinds,
  ISSUERS,
  tokenOf,
  unsignedJwt,
} from "../../tests/fixtures/all_kinds.ts";
import { issuerOptions } from "../../tests/fixtures/jwt_scene.ts";
import { createSigner, jwksOf } from "../../tests/fixtures/jwt_signer.ts";
import { startKeyServer } from "../../tests/fixtures/key_server.ts";
import { createTestClocks } from "../../tests/fixtures/asked_server.ts";
import { remote } from "../../tests/fixtures/remote_scene.ts";
import { Secret } from "../base/secret.ts";
import { createApiToken } from "./api_token.ts";
import { createAuthenticator } from "./authenticator.ts";

function spoil(token: string): string {
  return `${token.slice(0, -2)}${token.at(-2) === "A" ? "B" : "A"}${
    token.at(-1)
  }`;
}

Deno.test("sourceOf() names whoever refuses a token, and nobody for a token that belongs to none", async () => {
  await using kinds = await allKinds();
  const { jwt, authenticator } = kinds;
  const rows: [token: string, issuer: string | undefined][] = [
    [spoil(tokenOf(jwt, { iss: ISSUERS.jwt })), ISSUERS.jwt],
    [unsignedJwt({ alg: "none" }, { iss: ISSUERS.secret }), ISSUERS.secret],
    [tokenOf(jwt, { iss: "https://x" }), undefined],
    [tokenOf(jwt, { iss: undefined }), undefined],
    ["eyJ.b.c", undefined],
  ];
  for (const [token, issuer] of rows) {
    assertEquals(authenticator.sourceOf(new Secret(token))?.issuer, issuer);
  }
});

Deno.test("A12 C21 an API token where none are configured is refused, and shown to nobody", async () => {
  await using kinds = await allKinds({}, { hasApiTokens: false });
  const { apiToken, authenticator } = kinds;
  const outcome = await kinds.judge(apiToken.token.reveal());
  assertEquals(
    outcome.kind === "rejected" ? outcome.detail : outcome.kind,
    "Token: is no JWT, and API tokens are not configured",
  );
  assertEquals(authenticator.sourceOf(apiToken.token), undefined);
  assertEquals(kinds.questions(), [0, 0, 0]);
});

Deno.test("status() has a line for each issuer", async () => {
  await using kinds = await allKinds();
  assertEquals(
    kinds.authenticator.status().map((
      { issuer, credential, keyCount },
    ) => [issuer, credential, keyCount]),
    [
      [ISSUERS.jwt, "jwt", 1],
      [ISSUERS.secret, "shared_secret", 1],
      [ISSUERS.introspection, "introspection", undefined],
      [ISSUERS.prefixed, "introspection", undefined],
      [ISSUERS.webhook, "webhook", undefined],
      [ISSUERS.apiTokens, "api_token", undefined],
    ],
  );
});

const signer = createSigner("EdDSA");
const [ONE, TWO] = ["https://one.example", "https://two.example"];

const started: [
  why: string,
  token: string,
  asked: readonly [one: number, two: number, file: number],
][] = [
  ["a JWT", tokenOf(signer, { iss: ONE }), [1, 0, 0]],
  ["a JWT of another issuer", tokenOf(signer, { iss: TWO }), [0, 1, 0]],
  [
    "a JWT that is refused without a key",
    unsignedJwt({ alg: "none" }, { iss: ONE }),
    [1, 0, 0],
  ],
  ["a JWT of nobody", tokenOf(signer, { iss: "https://x" }), [0, 0, 0]],
  ["a JWT without iss", tokenOf(signer, { iss: undefined }), [0, 0, 0]],
  ["a mangled JWT", `${tokenOf(signer, { iss: ONE })}=`, [0, 0, 0]],
  ["an API token", createApiToken().token.reveal(), [0, 0, 1]],
  ["an opaque token", "opaque", [0, 0, 0]],
];

for (const [why, token, asked] of started) {
  Deno.test(`startFor() asks for what ${why} is judged by, and nothing else`, async () => {
    await using one = startKeyServer(jwksOf(signer.jwk));
    await using two = startKeyServer(jwksOf(signer.jwk));
    const { dependencies } = createTestClocks();
    const authenticator = createAuthenticator({
      issuers: [
        issuerOptions(signer, { issuer: ONE, keys: remote(one.origin) }),
        issuerOptions(signer, { issuer: TWO, keys: remote(two.origin) }),
      ],
      apiTokens: { issuer: ISSUERS.apiTokens, file: "not/there.json" },
    }, dependencies);
    await authenticator.startFor(new Secret(token));
    authenticator.stop();
    assertEquals(
      [one.asked.length, two.asked.length, dependencies.log.lines.length],
      asked,
    );
    const { keyCount } = authenticator.sourceOf(new Secret(token)) ?? {};
    assertEquals(keyCount, asked[0] + asked[1] === 0 ? undefined : 1);
  });
}

import { assertEquals } from "@std/assert";
import {
  allKinds,
  ISSUERS,
  tokenOf,
  unsignedJwt,
} from "../../tests/fixtures/all_kinds.ts";
import { Secret } from "../base/secret.ts";

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

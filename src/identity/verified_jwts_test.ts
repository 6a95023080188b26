import { assertEquals } from "@std/assert";
import {
  createTestClocks,
  json,
  loginAt,
  startAskedServer,
} from "../../tests/fixtures/asked_server.ts";
import { brief } from "../../tests/fixtures/introspection_scene.ts";
import { claims, issuerOptions } from "../../tests/fixtures/jwt_scene.ts";
import { createSigner } from "../../tests/fixtures/jwt_signer.ts";
import type { Claims } from "../../tests/fixtures/jwt_signer.ts";
import { Secret } from "../base/secret.ts";
import { createAuthenticator } from "./authenticator.ts";

const signer = createSigner("EdDSA");

const rows: readonly [
  why: string,
  token: Claims,
  userinfo: Claims,
  expected: string,
  questions: number,
][] = [
  [
    "that UserInfo adds",
    { org: "acme" },
    { groups: ["ops"] },
    "identity alice",
    1,
  ],
  [
    "that is in the token",
    {
      org: "acme",
      groups: ["ops"],
    },
    {},
    "identity alice",
    1,
  ],
  [
    "that UserInfo has with another type",
    { org: "acme" },
    { groups: "ops" },
    "claim_invalid",
    1,
  ],
  ["that UserInfo lacks", { org: "acme" }, {}, "claim_missing", 1],
  [
    "that the token has with another type, and UserInfo with the right one",
    {
      org: "acme",
      groups: "ops",
    },
    { groups: ["ops"] },
    "claim_invalid",
    1,
  ],
  [
    "that only the token could have: nobody is asked",
    {},
    { groups: ["ops"], org: "acme" },
    "claim_missing",
    0,
  ],
];

for (const [why, token, userinfo, expected, questions] of rows) {
  Deno.test(`C15 a claim is required ${why}: ${expected}`, async () => {
    const server = startAskedServer(() => json({ sub: "alice", ...userinfo }));
    const { dependencies } = createTestClocks();
    const authenticator = createAuthenticator({
      issuers: [{
        ...issuerOptions(signer),
        requiredClaims: [
          { path: ["groups"], type: "strings" },
          { path: ["org"], type: "string" },
        ],
        userinfo: {
          endpoint: new URL(`${server.origin}/userinfo`),
          claims: ["groups"],
          allowLoopbackHttp: true,
        },
      }],
    }, dependencies);
    const judge = async (): Promise<string> =>
      brief(
        await authenticator.authenticate(
          new Secret(signer.token(claims(token))),
          loginAt(dependencies),
        ),
      );
    // Once more: what is remembered is looked at in the same way.
    assertEquals([await judge(), await judge()], [expected, expected]);
    assertEquals(server.asked.length, questions);
    authenticator.stop();
    await server.stop();
  });
}

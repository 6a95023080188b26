import { assertEquals } from "@std/assert";
import type { JsonObject } from "../base/json.ts";
import { checkTokenType } from "./token_type.ts";
import type { TokenTypeRule } from "./token_type.ts";

type Row = readonly [
  why: string,
  typ: string | undefined,
  claims: JsonObject,
  rule: Partial<TokenTypeRule>,
];

const RECIPIENTS = { audiences: ["nats", "app"] } as const;

const AT_JWT = { typ: ["at+jwt"] } as const;

const refused: readonly Row[] = [
  ...[
    "logout+jwt",
    "dpop+jwt",
    "secevent+jwt",
    "oauth-authz-req+jwt",
    "token-introspection+jwt",
    "application/logout+jwt",
    "LOGOUT+JWT",
    "refresh+jwt",
    "client-authentication+jwt",
    "JOSE",
    "",
  ].map((typ): Row => [`C11 the type "${typ}"`, typ, {}, {}]),
  ["C11 JWT where at+jwt is required", "JWT", {}, AT_JWT],
  ["C11 no type where at+jwt is required", undefined, {}, AT_JWT],
  ["C11 text/at+jwt", "text/at+jwt", {}, AT_JWT],
  ["C11 a type that only begins right", "at+jwt2", {}, AT_JWT],
  ["C12 nonce", "JWT", { nonce: "x" }, {}],
  ["C12 at_hash", undefined, { at_hash: "x" }, {}],
  ["C12 c_hash", "JWT", { c_hash: "x" }, {}],
  ["C12 Keycloak's ID token", "JWT", { typ: "ID" }, {}],
  ["C12 Cognito's ID token", "JWT", { token_use: "id" }, {}],
  ["C12 aud is its own client", "JWT", { aud: "app", azp: "app" }, {}],
  ["C12 aud is its own client, also called client_id", "JWT", {
    aud: ["app"],
    azp: "app",
    client_id: "app",
  }, {}],
  ["C12 what is ours of aud is its own client", undefined, {
    aud: ["elsewhere", "app"],
    azp: "app",
  }, {}],
  [
    "C12 aud is another configured client",
    "JWT",
    { aud: "app", azp: "phone" },
    {
      clientIds: ["app", "phone"],
    },
  ],
  ["C12 nonce, whatever the scope", "JWT", { nonce: "x", scope: "openid" }, {}],
  ["C12 an ID token whose other claim says access", "JWT", {
    typ: "ID",
    token_use: "access",
  }, {}],
  ["C11 Keycloak's refresh token", "JWT", { typ: "Refresh" }, {}],
  ["C11 Keycloak's offline token", "JWT", { typ: "Offline" }, {}],
  [
    "C11 a refresh token, even if ID tokens are accepted",
    "JWT",
    { typ: "Refresh" },
    { allowIdTokens: true },
  ],
];

for (const [why, typ, claims, rule] of refused) {
  Deno.test(`${why}: checkTokenType() refuses`, () => {
    assertEquals(
      checkTokenType(claims, typ, { ...RECIPIENTS, ...rule })?.code,
      "token_type_not_accepted",
    );
  });
}

const accepted: readonly Row[] = [
  ["C11 no type", undefined, {}, {}],
  ["C11 JWT", "JWT", {}, {}],
  ["C11 jwt", "jwt", {}, {}],
  ["C11 at+jwt", "at+jwt", {}, {}],
  ["C11 application/at+jwt for at+jwt", "application/at+jwt", {}, AT_JWT],
  ["C11 AT+JWT for at+jwt", "AT+JWT", {}, AT_JWT],
  ["C11 at+jwt for application/at+jwt", "at+jwt", {}, {
    typ: ["application/at+jwt"],
  }],
  ["C12 at+jwt that copies nonce", "at+jwt", { nonce: "x" }, {}],
  ["C12 an ID token, if configured", "JWT", { nonce: "x", typ: "ID" }, {
    allowIdTokens: true,
  }],
  ["C12 aud is its own client, and another of ours", "JWT", {
    aud: ["app", "nats"],
    azp: "app",
  }, {}],
  ["C12 aud is its own client, with a scope", "JWT", {
    aud: "app",
    azp: "app",
    scope: "chat",
  }, {}],
  ["C12 Microsoft's access token for a client's own API", "JWT", {
    aud: "app",
    azp: "app",
    scp: "chat",
  }, {}],
  ["C12 Microsoft's access token for a program", "JWT", {
    aud: "app",
    azp: "app",
    azpacr: "1",
    roles: ["chat"],
  }, { clientIds: ["app", "worker"] }],
  ["C12 aud is its own client, of type at+jwt", "at+jwt", {
    aud: "app",
    azp: "app",
  }, {}],
  ["C12 aud is its own client, if ID tokens are accepted", "JWT", {
    aud: "app",
    azp: "app",
  }, { allowIdTokens: true }],
  ["C12 aud is not the client", "JWT", { aud: "nats", azp: "app" }, {
    clientIds: ["app"],
  }],
  ["C12 an access token for its own client", "JWT", {
    aud: ["app"],
    client_id: "app",
  }, { clientIds: ["app"] }],
  ["C12 no client is named", "JWT", { aud: "app" }, {}],
  ["C12 aud of another form, which is refused for that", "JWT", {
    aud: { app: 1 },
    azp: "app",
  }, {}],
  ["C12 Keycloak's access token", "JWT", { typ: "Bearer" }, {}],
  ["C12 Keycloak's access token of before 24", "JWT", {
    aud: "app",
    azp: "app",
    nonce: "x",
    typ: "Bearer",
  }, {}],
  ["C12 Cognito's access token", "JWT", { token_use: "access" }, {}],
];

for (const [why, typ, claims, rule] of accepted) {
  Deno.test(`${why}: checkTokenType() accepts`, () => {
    assertEquals(
      checkTokenType(claims, typ, { ...RECIPIENTS, ...rule }),
      undefined,
    );
  });
}

import {
  assert,
  assertEquals,
  assertFalse,
  assertStringIncludes,
} from "@std/assert";
import { Buffer } from "node:buffer";
import { createOperator } from "./operator.ts";

// deno-lint-ignore no-explicit-any -- the claims of a JWT, looked into by tests
function claimsOf(jwt: string): any {
  const payload = jwt.split(".")[1] ?? "";
  return JSON.parse(Buffer.from(payload, "base64url").toString());
}

const operator = createOperator("APP");
const operatorClaims = claimsOf(operator.jwt);
const calloutClaims = claimsOf(operator.calloutAccount.jwt);
const calloutUserJwt = operator.calloutCreds.reveal().split("\n")[1] ?? "";

Deno.test("createOperator() has signing keys sign everything, and nothing else accepted", () => {
  const { signing_keys: [operatorSigningKey], ...claims } = operatorClaims.nats;
  assert(claims.strict_signing_key_usage);
  assertEquals(claims.system_account, operator.systemAccount.publicKey);
  assert(operatorSigningKey !== operatorClaims.sub);
  for (
    const account of [
      operator.systemAccount,
      operator.calloutAccount,
      operator.applicationAccount,
    ]
  ) {
    const { iss, sub, nats } = claimsOf(account.jwt);
    assertEquals(iss, operatorSigningKey);
    assertEquals(sub, account.publicKey);
    const user = operator.userCreds(account, "test").reveal().split("\n")[1];
    const userClaims = claimsOf(user ?? "");
    assertEquals(userClaims.iss, nats.signing_keys[0]);
    assertEquals(userClaims.nats.issuer_account, sub);
  }
});

Deno.test("createOperator() switches the callout on in AUTH, with an xkey and for the application only", () => {
  const { authorization, limits } = calloutClaims.nats;
  assertEquals(authorization.auth_users, [claimsOf(calloutUserJwt).sub]);
  assertEquals(authorization.allowed_accounts, [
    operator.applicationAccount.publicKey,
  ]);
  assert(authorization.xkey.startsWith("X"));
  assertEquals(limits.conn, -1);
  assertFalse("disk_storage" in limits);
});

Deno.test("createOperator() leaves AUTH without an xkey where requests are to be plain", () => {
  const plain = createOperator("APP", { requests: "plain" });
  assertFalse("xkey" in claimsOf(plain.calloutAccount.jwt).nats.authorization);
});

Deno.test("N10 the sentinel is a bearer JWT that denies everything both ways", () => {
  const { sub, nats } = claimsOf(operator.sentinelJwt);
  assert(nats.bearer_token);
  assertEquals([nats.pub, nats.sub], [{ deny: [">"] }, { deny: [">"] }]);
  assertEquals(nats.issuer_account, operator.calloutAccount.publicKey);
  assertFalse(calloutClaims.nats.authorization.auth_users.includes(sub));
});

Deno.test("the service's own user may answer callouts, and nothing else", () => {
  const { nats } = claimsOf(calloutUserJwt);
  assertEquals(nats.pub, { allow: ["$SYS._INBOX.>"] });
  assertEquals(nats.sub, { allow: ["$SYS.REQ.USER.AUTH nats-auth-callout"] });
  assertFalse("bearer_token" in nats);
});

Deno.test("J1 an operator prints no seed", () => {
  const printed = Deno.inspect(operator, { depth: 9, showHidden: true }) +
    JSON.stringify(operator);
  assertStringIncludes(printed, operator.calloutAccount.publicKey);
  assertFalse(/\bS[AOUX][A-Z2-7]{56}/.test(printed));
});

import { assert, assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import { createApiToken } from "../identity/api_token.ts";
import { readPresentedToken } from "./presented_token.ts";

function jwt(header: unknown, payload: unknown): string {
  const parts = [header, payload].map((part) =>
    Buffer.from(JSON.stringify(part)).toString("base64url")
  );
  return `${parts.join(".")}.AAAA`;
}

Deno.test("explain shows what a JWT says of when, whose and for whom it is, and nothing else", () => {
  const { form, says } = readPresentedToken(
    jwt({ alg: "RS256", kid: "a", typ: "at+jwt" }, {
      iss: "https://id.example",
      sub: "canary",
      email: "canary@example.com",
      aud: ["nats", "other"],
      exp: 1_772_452_800.5,
      iat: 1e300,
      nbf: "soon",
      scope: "read write",
      scp: ["a", 1],
    }),
  );
  assertEquals(form, "jwt");
  assertEquals(says, {
    alg: "RS256",
    kid: "a",
    typ: "at+jwt",
    iss: "https://id.example",
    aud: "nats, other",
    exp: "2026-03-02T12:00:00Z",
    nbf: "soon",
    iat: "1e+300",
    scope: "read write",
    scp: '["a",1]',
  });
});

Deno.test("J4 what a JWT says moves no cursor, turns no text around and ends", () => {
  const { says } = readPresentedToken(
    jwt({ alg: "RS256", kid: "a\nRefused: x" }, {
      iss: "a\u202eb",
      aud: ["\x1b[2J"],
      azp: "x".repeat(4000),
    }),
  );
  for (const [name, value] of Object.entries(says)) {
    assert(/^[\p{L}\p{N}\p{P}\p{S} ]*$/u.test(value), name);
    assert(value.length < 400, name);
  }
});

Deno.test("explain shows the id of an API token, and nothing of what is opaque or mangled", () => {
  const { id, token } = createApiToken();
  assertEquals(readPresentedToken(token.reveal()), {
    form: "api token",
    says: { id },
    claims: {},
  });
  for (const text of ["nct_x", "opaque", "eyJ.x.y"]) {
    assertEquals(readPresentedToken(text).says, {});
  }
});

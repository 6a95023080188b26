import { assert, assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import { randomBytes } from "node:crypto";
import { createApiToken } from "./api_token.ts";
import { tokenForm } from "./token_form.ts";
import type { TokenForm } from "./token_form.ts";

function part(text: string): string {
  return Buffer.from(text).toString("base64url");
}

const header = part('{"alg":"RS256"}');
const payload = part('{"iss":"x"}');
const longHeader = part(`{"x":"${"x".repeat(4_200)}","alg":"RS256"}`);
const encrypted = part('{"alg":"dir","enc":"A128GCM"}');

function spaced(count: number): string {
  return part(`${" ".repeat(count)}{"alg":"none"}`);
}

const forms: readonly [why: string, text: string, form: TokenForm][] = [
  ["a JWT", `${header}.${payload}.AAAA`, "jwt"],
  ["an unsecured JWT", `${part('{"alg":"none"}')}.${payload}.`, "jwt"],
  ["a JWE", `${encrypted}.AAAA.AAAA.AAAA.AAAA`, "opaque"],
  ["a JWE without an encrypted key", `${encrypted}..AAAA.AAAA.AAAA`, "opaque"],
  ["a JWE with a space behind it", `${encrypted}.AAAA.AAAA.AAAA.AAAA `, "jwt"],
  ["a JWE without a tag", `${encrypted}.AAAA.AAAA.AAAA.`, "jwt"],
  ["a JWE without a vector", `${encrypted}.AAAA..AAAA.AAAA`, "jwt"],
  ["five parts of which none is encrypted", `${header}.a.b.c.d`, "jwt"],
  ["a JWT with two dots behind it", `${header}.${payload}.AAAA..`, "jwt"],
  ["a JWT with three dots behind it", `${header}.${payload}.AAAA...`, "jwt"],
  ["four parts", `${header}.AAAA.AAAA.AAAA`, "jwt"],
  ["two parts of a JWT", `${header}.${payload}`, "jwt"],
  ["six parts", `${header}.a.b.c.d.e`, "jwt"],
  ["a JWT with padding", `${header}=.${payload}=.AAAA=`, "jwt"],
  ["a JWT with a space before it", ` ${header}.${payload}.AAAA`, "jwt"],
  [
    "a JWT with a line break in its header",
    `${header.slice(0, 4)}\n${header.slice(4)}.${payload}.AAAA`,
    "jwt",
  ],
  [
    "a header that begins with a space",
    `${part(' {"alg":"RS256"}')}.${payload}.AAAA`,
    "jwt",
  ],
  [
    "a header with a line break in front",
    `${part('\r\n{\n"alg":"RS256"}')}.${payload}.AAAA`,
    "jwt",
  ],
  [
    "a header with a byte order mark",
    `${part('\ufeff{"alg":"RS256"}')}.${payload}.AAAA`,
    "jwt",
  ],
  [
    "a header in the other base64",
    `${Buffer.from(' {"alg":"??>>~~"}').toString("base64")}.${payload}.AAAA`,
    "jwt",
  ],
  [
    "a header with 4,200 spaces behind the brace",
    `${part(`{${" ".repeat(4_200)}"alg":"none"}`)}.${payload}.AAAA`,
    "jwt",
  ],
  [
    "a header with 4,200 spaces behind its first member",
    `${part(`{"alg"${" ".repeat(4_200)}:"none"}`)}.${payload}`,
    "jwt",
  ],
  [
    "a header after 2,000 wide spaces",
    `${part(`${"\u3000".repeat(2_000)}{"alg":"none"}`)}.${payload}.AAAA`,
    "jwt",
  ],
  [
    "a header after 2,000 byte order marks",
    `${part(`${"\ufeff".repeat(2_000)}{"alg":"none"}`)}.${payload}.AAAA`,
    "jwt",
  ],
  [
    "a header after controls, which some trim",
    `${part('\0\x1f\x85{\0"alg":"none"}')}.${payload}.AAAA`,
    "jwt",
  ],
  [
    "a header after a space without width",
    `${part('\u200b{"alg":"none"}')}.${payload}.AAAA`,
    "jwt",
  ],
  [
    "a long header that lacks its end",
    `${part(`{"x":"${"x".repeat(4_200)}`)}.${payload}.AAAA`,
    "jwt",
  ],
  ["two parts with a long header", `${longHeader}.${payload}`, "jwt"],
  ["a JWT with dots before it", `..${header}.${payload}.AAAA`, "jwt"],
  ["a header after 48 spaces", `${spaced(48)}.${payload}.AAAA`, "jwt"],
  ["a header after 4,000 spaces", `${spaced(4_000)}.${payload}.AAAA`, "jwt"],
  ["a header after 9,000 spaces", `${spaced(9_000)}.${payload}.AAAA`, "jwt"],
  ["a header that is cut short", `${part('{"alg":')}.${payload}.AAAA`, "jwt"],
  ["a header after padding", `=${header}.${payload}.AAAA`, "jwt"],
  ["a header without alg", `${part('{"typ":"JWT"}')}.${payload}.AAAA`, "jwt"],
  ["an empty header", `${part("{}")}.${payload}.AAAA`, "jwt"],
  [
    "a header with alg escaped",
    `${part('{"\\u0061lg":"RS256"}')}.${payload}.AAAA`,
    "jwt",
  ],
  ["the JSON serialization", '{"payload":"x","signatures":[]}', "jwt"],
  ["the JSON serialization after spaces", ' \n{ "payload":"x"}', "jwt"],
  ["an API token", createApiToken().token.reveal(), "api token"],
  ["what begins like an API token", "nct_x", "api token"],
  ["an API token around a JWT", `nct_${header}.${payload}.AAAA`, "api token"],
  ["random characters", randomBytes(32).toString("base64url"), "opaque"],
  ["a UUID", "7f1c6a52-6a1f-4c19-9a55-7f7a0c2d3a4b", "opaque"],
  ["two random parts", "ory_at_x8Zt.9f2k", "opaque"],
  ["a PASETO", "v4.public.eyJzdWIiOiJhbGljZSJ9.footer", "opaque"],
  ["a token of Laravel", "1|Zl3cR8hV0tqkq2fJ", "opaque"],
  ["nothing", "", "opaque"],
  ["a header alone", header, "jwt"],
  ["a cookie of Laravel", part('{"iv":"x","value":"y","mac":"z"}'), "opaque"],
  ["an object without alg and one dot", `${part('{"a":1}')}.sig`, "opaque"],
];

for (const [why, text, form] of forms) {
  Deno.test(`A12 ${why} is ${form}`, () => assertEquals(tokenForm(text), form));
}

Deno.test("A12 no random token is taken for a JWT", () => {
  for (let count = 0; count < 100_000; count++) {
    const text = randomBytes(24).toString("base64url");
    // One in sixteen million begins like an API token.
    for (const token of [text, `${text}.${text.slice(0, 8)}`]) {
      assert(tokenForm(token) !== "jwt", token);
    }
  }
});

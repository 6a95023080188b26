import { assert, assertEquals } from "@std/assert";
import { Secret } from "../base/secret.ts";
import { findBearerToken } from "./bearer_token.ts";

Deno.test("A4 findBearerToken() takes a token as long as is allowed, and tells of a longer one how long that is", () => {
  const [longest, longer] = ["a".repeat(2000), "a".repeat(2001)]
    .map((text) => new Secret(text));
  for (
    const field of ["authToken", "password"] as const
  ) {
    const none = { authToken: undefined, password: undefined };
    assertEquals(
      findBearerToken({ ...none, [field]: longest }, 2000),
      longest,
    );
    const refused = findBearerToken({ ...none, [field]: longer }, 2000);
    assert(!(refused instanceof Secret));
    assertEquals(
      [refused.code, refused.detail],
      ["bearer_token_too_large", "2001 bytes, of which 2000 are allowed"],
    );
  }
});

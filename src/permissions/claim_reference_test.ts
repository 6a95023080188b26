import { assert, assertEquals } from "@std/assert";
import type { Json } from "../base/json.ts";
import { identity, withClaims } from "../../tests/fixtures/rules_scene.ts";
import { parseClaimReference, readClaim } from "./claim_reference.ts";
import { Fault } from "./rule_fault.ts";

const CLAIMS = {
  "a.b": "dotted name",
  "a": { "b": "nested", "c/d": "slash", "e~f": "tilde", "": "empty" },
  "https://example.com/tenant": "url",
  "roles": ["first", { "name": "second" }],
  "__proto__": "own",
};

const rows: [why: string, text: string, value: Json | undefined][] = [
  ["C16 a name with a dot is no path", "a.b", "dotted name"],
  [
    "C16 a name that is a URL is no path",
    "https://example.com/tenant",
    "url",
  ],
  ["C16 a path begins with a slash", "/a/b", "nested"],
  ["C16 a path has no dots", "/a.b", "dotted name"],
  ["a slash in a path's name is ~1", "/a/c~1d", "slash"],
  ["a tilde in a path's name is ~0", "/a/e~0f", "tilde"],
  ["a path's name may be empty", "/a/", "empty"],
  ["a path reads lists by number", "/roles/0", "first"],
  ["a path goes through lists", "/roles/1/name", "second"],
  ["a path stops at a list's end", "/roles/2", undefined],
  ["a path reads no other member of a list", "/roles/length", undefined],
  ["a path reads no number with a zero before it", "/roles/00", undefined],
  ["a path stops at text", "/a/b/length", undefined],
  ["a path stops where nothing is", "/x/y", undefined],
  ["A11 no name reads what objects inherit", "constructor", undefined],
  ["A11 no path reads what objects inherit", "/a/toString", undefined],
];

for (const [why, text, value] of rows) {
  Deno.test(`${why}: readClaim() of ${text}`, () => {
    const reference = parseClaimReference(text);
    assert(!(reference instanceof Fault));
    assertEquals(readClaim(withClaims(CLAIMS), reference), value);
  });
}

Deno.test("A11 readClaim() reads a claim of any name that is there itself", () => {
  const claims = JSON.parse('{"__proto__":"own"}');
  const reference = parseClaimReference("__proto__");
  assert(!(reference instanceof Fault));
  assertEquals(readClaim(identity({ claims }), reference), "own");
  assertEquals(readClaim(identity({ claims: {} }), reference), undefined);
});

Deno.test("C18 readClaim() takes sub and iss from the identity, also where the claims lack them", () => {
  const who = identity({ sub: "bob", claims: { sub: "mallory" } });
  for (
    const [text, value] of [["sub", "bob"], ["/sub", "bob"], [
      "iss",
      who.issuer,
    ]] as const
  ) {
    const reference = parseClaimReference(text);
    assert(!(reference instanceof Fault));
    assertEquals(readClaim(who, reference), value);
  }
});

const emails:
  readonly (readonly [verified: Json | undefined, counts: boolean])[] = [
    [true, true],
    [undefined, false],
    [false, false],
    [null, false],
    ["true", false],
    ["yes", false],
    [1, false],
    [[true], false],
    [{}, false],
  ];

for (const [verified, counts] of emails) {
  Deno.test(`C20 an email counts as there if email_verified is true: ${JSON.stringify(verified)}`, () => {
    const claims = { "email": "a@example.com", "nested": { "email": "b" } };
    const who = withClaims(
      verified === undefined
        ? claims
        : { ...claims, "email_verified": verified },
    );
    for (const text of ["email", "/email"]) {
      const reference = parseClaimReference(text);
      assert(!(reference instanceof Fault));
      const address = counts ? "a@example.com" : undefined;
      assertEquals(readClaim(who, reference), address);
    }
    const nested = parseClaimReference("/nested/email");
    assert(!(nested instanceof Fault));
    assertEquals(readClaim(who, nested), "b");
  });
}

Deno.test("C20 A11 no email is verified by what objects inherit", () => {
  const reference = parseClaimReference("email");
  assert(!(reference instanceof Fault));
  const claims = JSON.parse(
    '{"email":"a@example.com","__proto__":{"email_verified":true}}',
  );
  assertEquals(readClaim(identity({ claims }), reference), undefined);
});

for (const text of ["", "/a~", "/a~2", "x".repeat(257), "\ud800"]) {
  Deno.test(`parseClaimReference() refuses ${JSON.stringify(text).slice(0, 12)}`, () => {
    assert(parseClaimReference(text) instanceof Fault);
  });
}

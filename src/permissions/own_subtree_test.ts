import { assert, assertEquals, assertNotEquals } from "@std/assert";
import fc from "fast-check";
import type { Identity } from "../base/identity.ts";
import type { EpochSeconds } from "../base/time.ts";
import { createOwnSubtreePolicy } from "./own_subtree.ts";
import { subjectToken } from "./subject_token.ts";

const permit = createOwnSubtreePolicy({
  account: "APP",
  sessionSecondsMax: 3600,
  issuerLabels: new Map([["https://second.example", "second"]]),
});

function identity(sub: string, issuer = "https://id.example"): Identity {
  return {
    kind: "identity",
    credential: "jwt",
    issuer,
    sub,
    claims: { sub },
    expiresAt: 2_000_000_000 as EpochSeconds,
  };
}

Deno.test("H5 the default policy grants one subtree on both sides and nothing else", () => {
  assertEquals(permit(identity("alice")), {
    kind: "grant",
    account: "APP",
    name: "alice",
    publish: { allow: ["users.alice.>"], deny: [] },
    subscribe: { allow: ["users.alice.>"], deny: [] },
    sessionSecondsMax: 3600,
  });
});

const unusable: [why: string, sub: string][] = [
  ["an empty sub", ""],
  ["A9 a lone surrogate", "\ud800"],
  ["C10 a sub of 256 bytes", "a".repeat(256)],
  ["C10 a sub of 10 kB", "é".repeat(5000)],
];

for (const [why, sub] of unusable) {
  Deno.test(`the default policy refuses ${why}`, () => {
    const outcome = permit(identity(sub));
    assertEquals(
      outcome.kind === "rejected" ? outcome.code : outcome.kind,
      "sub_unusable_in_subject",
    );
  });
}

Deno.test("C10 the default policy takes a sub of 255 bytes", () => {
  assertEquals(permit(identity("é".repeat(127) + "a")).kind, "grant");
});

Deno.test("H1 subjectToken() is one safe subject token for any sub", () => {
  const spaces =
    "\u0085\u00a0\u1680\u2000\u2028\u2029\u202f\u205f\u3000\t\n\v\f\r ";
  const subs = [
    ...spaces,
    "*",
    ">",
    "a.b",
    "> q",
    "{{name()}}",
    "$SYS",
    "ü",
    "=",
    "=YQ",
    "../x",
  ];
  for (const sub of subs) {
    const token = subjectToken(sub);
    assert(/^=[A-Za-z0-9_-]+$/.test(token), `${JSON.stringify(sub)}: ${token}`);
  }
  assertEquals(subjectToken("user_A-1"), "user_A-1");
});

Deno.test("H3 subjectToken() never gives two identities the same token", () => {
  const pairs = [
    ["\u00e9", "e\u0301"],
    ["Alice", "alice"],
    ["*", "=Kg"],
    ["a".repeat(64), "a".repeat(65)],
  ];
  for (const [one, other] of pairs) {
    assertNotEquals(subjectToken(one ?? ""), subjectToken(other ?? ""));
  }
  const sub = fc.oneof(
    fc.string({ unit: "binary", minLength: 1 }),
    fc.string({ minLength: 1 }),
  );
  const label = fc.option(fc.constantFrom("a", "b", "a-b"), { nil: undefined });
  fc.assert(
    fc.property(sub, label, sub, label, (one, oneLabel, other, otherLabel) => {
      const same = one === other && oneLabel === otherLabel;
      return same ===
        (subjectToken(one, oneLabel) === subjectToken(other, otherLabel));
    }),
    { numRuns: 5000 },
  );
});

Deno.test("C18 equal subs of two issuers are two users", () => {
  const first = permit(identity("alice"));
  const second = permit(identity("alice", "https://second.example"));
  assert(first.kind === "grant" && second.kind === "grant");
  assertEquals(second.publish.allow, ["users.second=alice.>"]);
  assertNotEquals(first.name, second.name);
});

import { assert, assertEquals, assertMatch } from "@std/assert";
import fc from "fast-check";
import type { Identity } from "../base/identity.ts";
import type { Json } from "../base/json.ts";
import { anyText } from "../../tests/fixtures/hostile_texts.ts";
import {
  CONTEXT,
  identity,
  withClaims,
} from "../../tests/fixtures/rules_scene.ts";
import { templateOf } from "../../tests/fixtures/templates.ts";
import { fillPlaceholder } from "./placeholder.ts";
import { isValidSubject } from "./subject.ts";
import { joinParts, Placeholders } from "./subject_filling.ts";

/** The filled subject, or the code of the refusal. */
function fill(text: string, who: Identity): string {
  const placeholders = new Placeholders();
  const parts = placeholders.prepare(templateOf(text));
  const values = placeholders.fill(who, CONTEXT.issuerLabels);
  return "code" in values ? values.code : joinParts(parts, values);
}

const filled: [
  why: string,
  template: string,
  who: Identity,
  subject: string,
][] = [
  ["H1 a plain sub stays", "users.${sub}.>", identity(), "users.alice.>"],
  [
    "H1 any other sub is encoded",
    "users.${sub}.>",
    identity({ sub: "a.b" }),
    "users.=YS5i.>",
  ],
  [
    "C18 the issuer's label goes before the sub",
    "users.${sub}.>",
    identity({ issuer: "https://second.example" }),
    "users.second=alice.>",
  ],
  [
    "the issuer is its label",
    "i.${issuer}.${sub}",
    identity({ issuer: "https://second.example" }),
    "i.second.second=alice",
  ],
  [
    "a claim is one token",
    "t.${claims.team}.>",
    withClaims({ team: "red" }),
    "t.red.>",
  ],
  [
    "a claim with a dot is one token",
    "t.${claims.team}.>",
    withClaims({ team: "a.b" }),
    "t.=YS5i.>",
  ],
  [
    "C16 a claim's name with dots is one name",
    "t.${claims.a.b}",
    withClaims({ "a.b": "x", a: { b: "y" } }),
    "t.x",
  ],
  [
    "C16 a path reads what is nested",
    "t.${claims./a/b}",
    withClaims({ "a.b": "x", a: { b: "y" } }),
    "t.y",
  ],
  [
    "H14 a claim never begins a reserved subject",
    "${claims.t}.>",
    withClaims({ t: "_INBOX" }),
    "=X0lOQk9Y.>",
  ],
  [
    "H14 a claim never is a system subject",
    "${claims.t}.>",
    withClaims({ t: "$SYS" }),
    "=JFNZUw.>",
  ],
  [
    "H4 a placeholder in a claim is text",
    "t.${claims.t}",
    withClaims({ t: "${sub}" }),
    "t.=JHtzdWJ9",
  ],
  [
    "H4 a server's template in a claim is text",
    "t.${claims.t}",
    withClaims({ t: "{{name()}}" }),
    "t.=e3tuYW1lKCl9fQ",
  ],
  [
    "H4 what a replacement would mean is text",
    "t.${claims.t}",
    withClaims({ t: "$&" }),
    "t.=JCY",
  ],
  [
    "a path is several tokens",
    "t.${claims.t:path}.>",
    withClaims({ t: "a.b.c" }),
    "t.a.b.c.>",
  ],
  ["a path of one token", "t.${claims.t:path}", withClaims({ t: "a" }), "t.a"],
  [
    "a path of eight tokens",
    "t.${claims.t:path}",
    withClaims({ t: "1.2.3.4.5.6.7.8" }),
    "t.1.2.3.4.5.6.7.8",
  ],
  [
    "a path ends before the rule's own word",
    "t.${claims.t:path}.users.${sub}",
    withClaims({ t: "a.b" }),
    "t.a.b.users.alice",
  ],
  [
    "a queue group is the rule's own",
    "jobs.${sub}.> workers",
    identity({ sub: "> q" }),
    "jobs.=PiBx.> workers",
  ],
];

for (const [why, template, who, subject] of filled) {
  Deno.test(`${why}: ${template} becomes ${subject}`, () => {
    assertEquals(fill(template, who), subject);
  });
}

const UNUSABLE = "claim_unusable_in_subject";

const refused: [why: string, template: string, value: Json | undefined][] = [
  ["missing", "t.${claims.t}", undefined],
  ["empty", "t.${claims.t}", ""],
  ["null", "t.${claims.t}", null],
  ["C15 a number", "t.${claims.t}", 7],
  ["C15 true", "t.${claims.t}", true],
  ["C15 a list", "t.${claims.t}", ["a"]],
  ["C15 an object", "t.${claims.t}", { a: "b" }],
  ["A9 a lone surrogate", "t.${claims.t}", "\ud800"],
  ["256 bytes", "t.${claims.t}", "a".repeat(256)],
  ["a path with a wildcard", "t.${claims.t:path}", "a.*"],
  ["a path with the other wildcard", "t.${claims.t:path}", "a.>"],
  ["a path with an empty token", "t.${claims.t:path}", "a..b"],
  ["a path that begins with a dot", "t.${claims.t:path}", ".a"],
  ["a path of nine tokens", "t.${claims.t:path}", "1.2.3.4.5.6.7.8.9"],
  ["a path with a space", "t.${claims.t:path}", "a b"],
  ["a path with a letter that is not ASCII", "t.${claims.t:path}", "ä"],
  ["H14 a path that begins like an inbox", "${claims.t:path}.>", "_INBOX.a"],
  ["H14 a path that begins like JetStream's", "${claims.t:path}.>", "$JS.API"],
  ["a path that is missing", "t.${claims.t:path}", undefined],
  ["a path that is a list", "t.${claims.t:path}", ["a"]],
  [
    "a path that holds the word behind it",
    "t.${claims.t:path}.users.${sub}",
    "a.users.b",
  ],
];

for (const [why, template, value] of refused) {
  Deno.test(`${why}: the claim fills no ${template}`, () => {
    const who = value === undefined ? withClaims({}) : withClaims({ t: value });
    assertEquals(fill(template, who), UNUSABLE);
  });
}

const unusableSubs: [why: string, sub: string][] = [
  ["an empty sub", ""],
  ["A9 a lone surrogate", "\ud800"],
  ["C10 a sub of 256 bytes", "a".repeat(256)],
  ["C10 a sub of 10 kB", "é".repeat(5000)],
];

for (const [why, sub] of unusableSubs) {
  Deno.test(`${why}: it fills no subject`, () => {
    assertEquals(
      fill("users.${sub}.>", identity({ sub })),
      "sub_unusable_in_subject",
    );
  });
}

Deno.test("C10 a sub of 255 bytes fills a subject", () => {
  assertMatch(
    fill("users.${sub}.>", identity({ sub: "é".repeat(127) + "a" })),
    /^users\.=/,
  );
});

Deno.test("an issuer without a label fills no ${issuer}", () => {
  const outcome = fillPlaceholder(
    { kind: "issuer", text: "${issuer}" },
    identity(),
    CONTEXT.issuerLabels,
  );
  assert(typeof outcome !== "string");
  assertEquals(outcome.code, UNUSABLE);
  assertMatch(outcome.detail, /has no label/);
});

Deno.test("J1 a refusal names the placeholder and shows nothing of the value", () => {
  const outcome = fill(
    "t.${claims.t:path}",
    withClaims({ t: "canary canary" }),
  );
  assertEquals(outcome, UNUSABLE);
  const placeholders = new Placeholders();
  placeholders.prepare(templateOf("t.${claims.t:path}"));
  const refusal = placeholders.fill(
    withClaims({ t: "canary canary" }),
    new Map(),
  );
  assert("code" in refusal);
  assertMatch(refusal.detail, /\$\{claims\.t:path\}/);
  assert(!refusal.detail.includes("canary"));
});

/** Claims of a person who chooses all of them. */
function anyLogin(): fc.Arbitrary<Identity> {
  const path = fc.array(
    fc.oneof(fc.constantFrom("a", "b", "users", "x"), anyText()),
    { minLength: 1, maxLength: 3 },
  ).map((tokens) => tokens.join("."));
  return fc.record({ sub: anyText(), t: fc.oneof(anyText(), path), p: path })
    .map(({ sub, t, p }) => identity({ sub, claims: { t, p } }));
}

const TEMPLATES = [
  "users.${sub}.>",
  "t.${claims.t}.${sub}.>",
  "t.${claims.p:path}.users.${sub}.>",
  "t.${claims.p:path}.users.${claims.t}",
];

Deno.test("H3 H4 H6 a filled template is a valid subject with the template's own wildcards, and no two logins share one", () => {
  fc.assert(
    fc.property(
      anyLogin(),
      anyLogin(),
      fc.constantFrom(...TEMPLATES),
      (one, other, template) => {
        const [left, right] = [fill(template, one), fill(template, other)];
        for (const subject of [left, right]) {
          if (subject.endsWith("_subject")) continue;
          assert(isValidSubject(subject), subject);
          assertMatch(subject, /^[A-Za-z0-9_=.-]+(?:\.>)?$/);
          assertEquals(subject.endsWith(">"), template.endsWith(">"));
        }
        if (left !== right || left.endsWith("_subject")) return;
        for (const name of ["t", "p"]) {
          if (template.includes(`claims.${name}`)) {
            assertEquals(one.claims[name], other.claims[name]);
          }
        }
        if (template.includes("${sub}")) assertEquals(one.sub, other.sub);
      },
    ),
    { numRuns: 5000 },
  );
});

for (const placeholder of ["${claims.email}", "${claims.email:path}"]) {
  Deno.test(`C20 ${placeholder} refuses an address that is not verified, and says so`, () => {
    const placeholders = new Placeholders();
    const template = templateOf(`mail.${placeholder}.end`);
    const parts = placeholders.prepare(template);
    const read = (claims: Identity["claims"]): unknown => {
      const values = placeholders.fill(withClaims(claims), new Map());
      return "code" in values ? values.detail : joinParts(parts, values);
    };
    assertEquals(
      read({ "email": "root" }),
      `Cannot fill ${placeholder}: it is not verified: "email_verified" is not true`,
    );
    assertEquals(
      read({ "email": "root", "email_verified": true }),
      "mail.root.end",
    );
    assertEquals(
      read({}),
      `Cannot fill ${placeholder}: the claim is not there`,
    );
  });
}

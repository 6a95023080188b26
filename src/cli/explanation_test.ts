import { assertEquals, assertStringIncludes } from "@std/assert";
import {
  CONTEXT,
  FACTS,
  identity,
  ISSUER,
  rulesOf,
  withClaims,
} from "../../tests/fixtures/rules_scene.ts";
import type { Identity } from "../base/identity.ts";
import { rejected, unavailable } from "../base/outcome.ts";
import type { EpochSeconds } from "../base/time.ts";
import type { GrantOptions } from "../permissions/rule_options.ts";
import {
  explainDecision,
  type ExplainedLogin,
  explainRefusal,
} from "./explanation.ts";
import { formatAsJson, formatExplanation } from "./explanation_text.ts";

function explainGrant(
  grant: GrantOptions,
  who: Identity = identity(),
): ExplainedLogin {
  const rules = rulesOf([
    {
      name: "before",
      when: { claims: { groups: { contains: "ops" } } },
      refuse: true,
    },
    { name: "only", grant },
  ]);
  return explainDecision(who, FACTS, {
    explanation: rules.explain(who, FACTS),
    sessionSecondsMax: CONTEXT.sessionSecondsMax,
    expires: true,
    judge: { kind: "jwt", issuer: ISSUER, settings: { audiences: "nats" } },
    more: { "claims_from_userinfo": "groups" },
  });
}

Deno.test("explain tells the exact permissions, and the text says the same as the JSON", () => {
  const login = explainGrant({
    publish: { allow: "a.>", deny: "a.secret" },
    subscribe: ["news.*", "jobs.> workers"],
    inbox: "private",
    "allow_responses": true,
    session: "8h",
  });
  assertEquals(login.outcome, "granted");
  assertEquals(login.grant, {
    rule: "only",
    account: "APP",
    name: "alice",
    publish: { allow: ["a.>"], deny: ["a.secret"] },
    subscribe: {
      allow: ["news.*", "jobs.> workers", "users.alice._INBOX.>"],
      deny: ["news.*.>"],
    },
    allowResponses: { max: 1, ttl: "2m" },
    inboxPrefix: "users.alice._INBOX",
    session: {
      longest: "8h",
      endsAtTheLatest: "2026-03-02T20:00:00Z",
      endedBy: "the rule's session",
    },
  });
  assertEquals(JSON.parse(formatAsJson(login)), login);
  const text = formatExplanation(login);
  for (
    const part of [
      "✗ before",
      'no  claim "groups" contains "ops": there is none',
      "✓ only (matches everybody)",
      "Granted by rule only",
      "not a.secret",
      "jobs.> workers",
      "not news.*.>",
      "denies news.*.>: without it",
      "1 to a message, within 2m",
      "users.alice._INBOX",
      `Issuer     ${ISSUER}`,
      "Settings   audiences  nats",
      "Also       claims_from_userinfo  groups",
    ]
  ) assertStringIncludes(text, part);
});

Deno.test("H11 explain says what ends the session", () => {
  const ends = (grant: GrantOptions, who?: Identity): unknown =>
    explainGrant(grant, who).grant?.session;
  const soon = identity({ expiresAt: FACTS.now / 1000 + 60 as EpochSeconds });
  assertEquals(ends({ publish: "a" }, soon), {
    longest: "1d",
    endsAtTheLatest: "2026-03-02T12:01:00Z",
    endedBy: "the token",
  });
  const past = identity({ expiresAt: FACTS.now / 1000 - 20 as EpochSeconds });
  assertEquals(ends({ publish: "a" }, past), {
    longest: "1d",
    endsAtTheLatest: "2026-03-02T12:00:01Z",
    endedBy: "the token",
  });
  assertStringIncludes(
    formatExplanation(explainGrant({ publish: "a" }, past)),
    "the token has expired: it still gets in, for a second",
  );
  const only = { hours: { from: "08:00", to: "18:00" } };
  assertEquals(ends({ publish: "a", only }), {
    longest: "1d",
    endsAtTheLatest: "2026-03-02T18:00:00Z",
    endedBy: "the rule's hours",
  });
  assertEquals(ends({ publish: "a" }), {
    longest: "1d",
    endsAtTheLatest: "2026-03-03T12:00:00Z",
    endedBy: "permissions.session_seconds_max",
  });
});

Deno.test("explain tells a scoped key and its tags, and what a side without subjects means", () => {
  const scoped = explainGrant({
    "scoped_key": "devices",
    tags: { site: "${claims.site}" },
  }, withClaims({ site: "b" }));
  assertStringIncludes(
    formatExplanation(scoped),
    "Scoped key devices\nTags       site:b",
  );
  assertStringIncludes(
    formatExplanation(explainGrant({ publish: "a" })),
    "Subscribe  nothing",
  );
});

Deno.test("explain tells the code of a refusal, before the rules and by them", () => {
  const early = explainRefusal(
    rejected("audience_mismatch", 'Claim "aud" names none'),
    {
      judge: { kind: "jwt", issuer: ISSUER, settings: { audiences: "nats" } },
      token: { form: "jwt", verified: true, says: { aud: "other" } },
      now: FACTS.now,
    },
  );
  assertEquals([early.outcome, early.code, early.rules], [
    "refused",
    "audience_mismatch",
    [],
  ]);
  assertStringIncludes(
    formatExplanation(early),
    `Refused: audience_mismatch
  Claim "aud" names none
  expected  audiences: nats
  found     aud: other`,
  );
  const late = explainGrant({ publish: "t.${claims.team}" });
  assertEquals([late.outcome, late.code, late.grant], [
    "refused",
    "claim_unusable_in_subject",
    undefined,
  ]);
  assertEquals(late.rules.length, 2);
});

Deno.test("explain does not take what a JWT says for what was answered about it", () => {
  const { expected, found } = explainRefusal(
    rejected("audience_mismatch", 'Claim "aud" names none'),
    {
      judge: {
        kind: "introspection",
        issuer: ISSUER,
        settings: { audiences: "nats" },
      },
      token: { form: "jwt", verified: false, says: { aud: "nats" } },
      now: FACTS.now,
    },
  );
  assertEquals([expected, found], ["audiences: nats", undefined]);
});

Deno.test("explain says how a token of the development issuer is judged", () => {
  const lookAt = (iss: string): string | undefined =>
    explainRefusal(
      rejected("issuer_untrusted", 'Claim "iss" is no configured issuer'),
      {
        token: { form: "jwt", verified: false, says: { iss } },
        now: FACTS.now,
      },
    ).lookAt;
  assertStringIncludes(
    lookAt("urn:nats-auth-callout:development") ?? "",
    "DEV_ISSUER_JWKS_FILE",
  );
  assertEquals(lookAt("https://id.example"), undefined);
});

Deno.test("explain tells a token that could not be judged from one that is refused", () => {
  const silent = explainRefusal(
    unavailable("jwks", "no answer"),
    {
      judge: { kind: "jwt", issuer: ISSUER, settings: {} },
      remedy: "issuers: compare issuer",
      now: FACTS.now,
    },
  );
  assertEquals([silent.outcome, silent.code, silent.lookAt], [
    "could not be judged",
    "unavailable: jwks",
    "issuers: compare issuer",
  ]);
  assertStringIncludes(
    formatExplanation(silent),
    "Could not be judged, which is no refusal: unavailable: jwks",
  );
});

Deno.test("explain says of a JWT whether anybody vouches for what it says", () => {
  const trust = (verified: boolean): string =>
    formatExplanation(explainRefusal(
      rejected("signature_invalid", "Signature does not verify"),
      {
        token: { form: "jwt", verified, says: { alg: "RS256" } },
        now: FACTS.now,
      },
    ));
  assertStringIncludes(trust(IS_VERIFIED), "Token      JWT, verified\n");
  assertStringIncludes(trust(!IS_VERIFIED), "Token      JWT, NOT verified");
});

const IS_VERIFIED = true;

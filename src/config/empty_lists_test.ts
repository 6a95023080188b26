import { assertEquals, assertMatch } from "@std/assert";
import { issuesOf, withIssuer } from "../../tests/fixtures/config_scene.ts";
import { ALL_TOKENS } from "../../tests/fixtures/token_settings.ts";

const ISSUER = ["issuer: https://a.example", "jwks_file: issuer.jwks.json"];

for (
  const [setting, meaning] of [
    ["algorithms", /HS256 with shared_secrets and else RS256/],
    ["audiences", /for nats/],
    ["client_ids", /for all clients/],
    ["required_scopes", /without scopes/],
    ["typ", /at\+jwt/],
  ] as const
) {
  Deno.test(`parseConfig() says what it means to leave ${setting} of an issuer out, which an empty list is not`, () => {
    const [issue, ...others] = issuesOf(
      withIssuer(...ISSUER, `${setting}: []`),
    );
    assertEquals(others, []);
    assertEquals(issue?.path, `issuers[0].${setting}`);
    assertEquals(issue?.problem, "is empty");
    assertMatch(issue?.remedy ?? "", /^name at least one, or leave it out for/);
    assertMatch(issue?.remedy ?? "", meaning);
  });
}

for (
  const [section, issuer, setting] of [
    ["introspection", "https://key.example", "audiences"],
    ["introspection", "https://key.example", "client_ids"],
    ["introspection", "https://key.example", "required_scopes"],
    ["kubernetes", "https://reviewed.example", "audiences"],
    ["kubernetes", "https://reviewed.example", "namespaces"],
  ] as const
) {
  Deno.test(`parseConfig() says what it means to leave ${setting} of ${section} out, which an empty list is not`, () => {
    const text = ALL_TOKENS.text.replace(
      `issuer: ${issuer}`,
      `issuer: ${issuer}\n    ${setting}: []`,
    );
    const [issue, ...others] = issuesOf({ ...ALL_TOKENS, text });
    assertEquals(others, []);
    assertEquals(issue?.path, `${section}[1].${setting}`);
    assertMatch(issue?.remedy ?? "", /^name at least one, or leave it out for/);
  });
}

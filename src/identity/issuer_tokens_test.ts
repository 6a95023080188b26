import { assertEquals } from "@std/assert";
import { issuerOptions } from "../../tests/fixtures/jwt_scene.ts";
import { createSigner } from "../../tests/fixtures/jwt_signer.ts";
import { Secret } from "../base/secret.ts";
import type { IntrospectionOptions } from "./introspection.ts";
import { listIssuerTokens } from "./issuer_tokens.ts";
import type { RequiredClaim } from "./required_claims.ts";

const REQUIRED: readonly RequiredClaim[] = [
  { path: ["realm", "roles"], type: "strings" },
];

const REQUIRED_IS_KNOWN = {
  path: ["realm", "roles"],
  types: ["strings"],
  isRequired: true,
  setting: "required_claims",
} as const;

const INTROSPECTION: IntrospectionOptions = {
  issuer: "https://opaque.example",
  audiences: ["nats"],
  endpoint: new URL("https://opaque.example/introspect"),
  client: {
    method: "client_secret_basic",
    clientId: "a",
    secret: new Secret("b"),
  },
  clockToleranceSeconds: 0,
  lifetimeSecondsMax: 3600,
};

Deno.test("C15 what is required of an issuer's claims is certain of them", () => {
  const options = { requiredClaims: REQUIRED };
  const known = listIssuerTokens({
    issuers: [issuerOptions(createSigner("EdDSA"), options)],
    introspection: [{ ...INTROSPECTION, ...options }],
    webhooks: [{
      issuer: "urn:app",
      url: new URL("https://app.example/"),
      secrets: [],
      clockToleranceSeconds: 0,
      lifetimeSecondsMax: 3600,
      ...options,
    }],
  });
  assertEquals(
    known.map(({ claims, credential }) => [credential, claims.at(-1)]),
    [
      ["jwt", REQUIRED_IS_KNOWN],
      ["introspection", REQUIRED_IS_KNOWN],
      ["webhook", REQUIRED_IS_KNOWN],
    ],
  );
});

Deno.test("F5 an answer may lack an end if it is given one", () => {
  const withEnd = { ...INTROSPECTION, secondsWithoutExp: 60 };
  const known = listIssuerTokens({ introspection: [INTROSPECTION, withEnd] });
  const times = known.flatMap(({ claims }) => claims);
  assertEquals(
    times.filter(({ path: [name] }) => name === "exp")
      .map(({ isRequired }) => isRequired),
    [true, false],
  );
});

Deno.test("nothing is certain where nobody is configured", () => {
  assertEquals(listIssuerTokens({}), []);
});

Deno.test("of a cluster the namespaces that are let in are certain", () => {
  const cluster = {
    kind: "keys",
    issuer: "https://cluster.example",
    audiences: ["nats"],
    clockToleranceSeconds: 0,
    lifetimeSecondsMax: 3600,
  } as const;
  const [some, any] = listIssuerTokens({
    kubernetes: [{ ...cluster, namespaces: ["prod"] }, cluster],
  }).map(({ claims }) => claims.find(({ path }) => path[0] === "namespace"));
  const known = { path: ["namespace"], types: ["string"], isRequired: true };
  assertEquals<unknown>(some, {
    ...known,
    values: ["prod"],
    setting: "namespaces",
  });
  assertEquals<unknown>(any, known);
});

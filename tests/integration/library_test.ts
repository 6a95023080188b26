/**
 * The library, as a program of one's own uses it, and what it does with wrong
 * options.
 */
import { PermissionViolationError } from "@nats-io/nats-core";
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertMatch,
  assertRejects,
  assertThrows,
} from "@std/assert";
import { DEVELOPMENT_ISSUER } from "../../src/dev/token_issuer.ts";
import {
  type Authenticate,
  identified,
  rejected,
  type RuleOptions,
  ServerTooOldError,
  startCallout,
  SubscriptionRefusedError,
} from "../../src/mod.ts";
import { issuerOptions } from "../fixtures/jwt_scene.ts";
import { createSigner } from "../fixtures/jwt_signer.ts";
import { libraryOptions, SILENT } from "../fixtures/library_scene.ts";
import { openClient, subscribeProblem } from "../fixtures/nats_client.ts";
import { startStack } from "../fixtures/stack.ts";

Deno.test("the library takes rules, and a permit of one's own", async () => {
  await using stack = await startStack();
  const authenticate: Authenticate = (token) =>
    identified({
      issuer: "test",
      sub: token.reveal(),
      expiresAt: new Date(Date.now() + 60_000),
    });
  const rules: RuleOptions[] = [{
    "name": "news",
    "grant": {
      "publish": ["users.${sub}.>"],
      "subscribe": ["news.>", "users.${sub}.>"],
    },
  }];
  for (const permit of [rules, undefined]) {
    const service = await startCallout({
      ...libraryOptions(stack),
      issuers: [{ issuer: "test" }],
      authenticate,
      ...(permit === undefined ? {} : { permit }),
    });
    const alice = await openClient(stack, "alice");
    const problem = await subscribeProblem(alice, "news.sports");
    if (permit === rules) assertEquals(problem, undefined);
    else assertInstanceOf(problem, PermissionViolationError);
    await alice.close();
    await service.stop();
  }
});

Deno.test("I1 startCallout() names all that is wrong with its options at once, and asks nobody before", async () => {
  await using stack = await startStack();
  const { nats, callout, accounts } = libraryOptions(stack);
  const permit: RuleOptions[] = [{
    "name": "bad",
    "grant": { "publish": ["a..b"] },
  }];
  const error = await assertRejects(
    () =>
      startCallout({
        nats: { ...nats, queueGroup: "" },
        callout: { ...callout, account: "oops", xkey: "SX", budgetMs: NaN },
        accounts: [...accounts, ...accounts],
        authenticate: {
          issuers: [{
            issuer: "",
            audiences: ["nats"],
            algorithms: ["EdDSA"],
            keys: { kind: "jwks", jwks: "" },
            clockToleranceSeconds: 30,
            lifetimeSecondsMax: 3600,
          }],
        },
        permit,
        sessionSecondsMax: NaN,
        log: SILENT,
      }),
    TypeError,
    "Cannot start the callout:",
  );
  for (
    const path of [
      "nats.queueGroup",
      "callout.account",
      "callout.xkey",
      "callout.budgetMs",
      "accounts[1]",
      "sessionSecondsMax",
      "permit[0].grant.publish",
      "authenticate.issuers[0]",
    ]
  ) {
    assert(error.message.includes(`\n  ${path}`), error.message);
  }
});

Deno.test("identified() refuses a date that is none", () => {
  assertThrows(() =>
    identified({ issuer: "test", sub: "a", expiresAt: new Date(NaN) })
  );
});

Deno.test("the library judges the kinds of tokens that the service knows, for a permit of one's own", async () => {
  await using stack = await startStack();
  const asked: string[] = [];
  const service = await startCallout({
    ...libraryOptions(stack),
    authenticate: {
      issuers: [{
        issuer: DEVELOPMENT_ISSUER,
        audiences: ["nats"],
        algorithms: ["EdDSA"],
        keys: {
          kind: "jwks",
          jwks: await Deno.readTextFile(stack.issuer.jwksFile),
        },
        clockToleranceSeconds: 30,
        lifetimeSecondsMax: 3600,
      }],
    },
    permit: ({ sub, credential }) => {
      asked.push(`${credential} ${sub}`);
      return rejected("no_rule_matches", "Nobody may do anything");
    },
    log: SILENT,
  });
  for (const token of [await stack.token("alice"), "opaque"]) {
    await assertRejects(() => openClient(stack, token), Error);
  }
  assertEquals(asked, ["jwt alice"]);
  await service.stop();
  await service.ended;
});

Deno.test("the library gives its creds to no server without TLS where it was given tls://", async () => {
  await using stack = await startStack();
  const { nats, ...options } = libraryOptions(stack);
  const gaveUp = new AbortController();
  const problems: (string | undefined)[] = [];
  const starting = startCallout({
    ...options,
    nats: { ...nats, servers: [stack.natsUrl.replace("nats://", "tls://")] },
    issuers: [{ issuer: "test" }],
    authenticate: () => rejected("bearer_token_inactive", "Nobody"),
    log: {
      ...SILENT,
      error(_message, fields): void {
        problems.push(fields?.detail);
        gaveUp.abort();
      },
    },
    signal: gaveUp.signal,
  });
  await assertRejects(() => starting, DOMException);
  assertEquals(problems, ["server does not support 'tls'"]);
});

Deno.test("the library throws what it says where its user may not subscribe", async () => {
  await using stack = await startStack();
  const { nats, ...options } = libraryOptions(stack);
  await assertRejects(
    () =>
      startCallout({
        ...options,
        nats: { ...nats, queueGroup: "another" },
        issuers: [{ issuer: "test" }],
        authenticate: () => rejected("bearer_token_inactive", "Nobody"),
        log: SILENT,
      }),
    SubscriptionRefusedError,
    "another",
  );
});

Deno.test("H6 the library does not run rules that the server cannot keep", async () => {
  await using stack = await startStack({ natsServerVersion: "2.11.2" });
  await assertRejects(
    () =>
      startCallout({
        ...libraryOptions(stack),
        issuers: [{ issuer: "test" }],
        authenticate: () => rejected("bearer_token_inactive", "Nobody"),
        permit: [{ "name": "news", "grant": { "subscribe": "news.*.*" } }],
      }),
    ServerTooOldError,
    "news.*.*",
  );
});

Deno.test("the library logs what is surprising about its rules, as start does", async () => {
  await using stack = await startStack();
  const lines: (readonly [message: string, code: unknown, detail: unknown])[] =
    [];
  const service = await startCallout({
    ...libraryOptions(stack),
    issuers: [{ issuer: "test" }],
    authenticate: () => rejected("bearer_token_inactive", "Nobody"),
    permit: [
      { "name": "all", "grant": { "publish": "a" } },
      { "name": "late", "grant": { "publish": "b" } },
    ],
    log: {
      ...SILENT,
      warn: (message, { code, detail } = {}) =>
        lines.push([message, code, detail]),
    },
  });
  await service.stop();
  assertEquals(lines.filter(([, code]) => code === "rule_surprising"), [[
    "a rule that may not do what it seems to",
    "rule_surprising",
    "permit[1] can never match: rule all before it matches whoever it would match: move it up, or remove it",
  ]]);
});

Deno.test("the library warns of rules that its issuers' required claims keep from being filled", async () => {
  await using stack = await startStack();
  const details: unknown[] = [];
  const requiredClaims = [{ path: ["groups"], type: "strings" }] as const;
  const service = await startCallout({
    ...libraryOptions(stack),
    authenticate: {
      issuers: [issuerOptions(createSigner("EdDSA"), { requiredClaims })],
    },
    permit: [{
      "name": "all",
      "grant": { "publish": "a.${claims.groups}.${sub}" },
    }],
    log: {
      ...SILENT,
      warn: (_message, { detail } = {}) => details.push(detail),
    },
  });
  await service.stop();
  assertEquals(details.length, 1);
  assertMatch(
    String(details[0]),
    /^permit\[0\]\.grant holds \$\{claims\.groups\}, and claim "groups" is a list of strings/,
  );
});

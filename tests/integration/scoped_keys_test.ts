/**
 * Scoped signing keys on a real server: the key's template says what is allowed,
 * and what fills it is always one token.
 */
import {
  type NatsConnection,
  PermissionViolationError,
} from "@nats-io/nats-core";
import {
  assert,
  assertEquals,
  assertFalse,
  assertInstanceOf,
} from "@std/assert";
import { judgeScopedKeys } from "../../src/cli/scoped_key_findings.ts";
import type { SigningKeyScope } from "../../src/dev/operator.ts";
import { createSeed, signingKeyFromSeed } from "../../src/nats_jwt/nkeys.ts";
import {
  publishProblem,
  reaches,
  subscribeProblem,
} from "../fixtures/nats_client.ts";
import {
  rulesByClaim,
  type RulesStack,
  startRulesStack,
} from "../fixtures/rules_stack.ts";

const SEED = createSeed("account");

const SCOPE: SigningKeyScope = {
  "kind": "user_scope",
  "key": signingKeyFromSeed(SEED, "account").publicKey,
  "role": "devices",
  "template": {
    "pub": { "allow": ["devices.{{name()}}.>", "sites.{{tag(site)}}.>"] },
    "sub": {
      "allow": ["devices.{{name()}}.>", "sites.{{tag(site)}}.{{name()}}"],
    },
    "subs": -1,
    "data": -1,
    "payload": -1,
  },
};

function startScoped(): Promise<RulesStack> {
  return startRulesStack(
    rulesByClaim({
      "device": { "scoped_key": "devices", tags: { site: "${claims.site}" } },
      "untagged": { "scoped_key": "devices" },
    }),
    { scopes: [SCOPE], scopedKeys: new Map([["devices", SEED]]) },
  );
}

async function mayPublish(
  connection: NatsConnection,
  subject: string,
): Promise<boolean> {
  return await publishProblem(connection, subject) === undefined;
}

Deno.test("H8 H9 a scoped key's user may do what the key's template says with its name and tags", async () => {
  await using stack = await startScoped();
  const device = await stack.client("d1", {
    claims: { rule: "device", site: "Berlin" },
  });
  assert(await reaches(device, device, "devices.d1.a", "devices.d1.>"));
  assert(await mayPublish(device, "sites.Berlin.x"));
  assertEquals(await subscribeProblem(device, "sites.Berlin.d1"), undefined);
  // Small and capital letters are not the same site.
  for (
    const subject of ["sites.berlin.x", "sites.x", "devices.d2.a", "users.d1.a"]
  ) {
    assertFalse(await mayPublish(device, subject), subject);
  }
  for (
    const subject of [
      "devices.>",
      "devices.d2.>",
      "sites.>",
      "sites.Berlin.d2",
      ">",
    ]
  ) {
    assertInstanceOf(
      await subscribeProblem(device, subject),
      PermissionViolationError,
      subject,
    );
  }

  // Without the tag its subjects are not there at all.
  const untagged = await stack.client("d1", {
    claims: { rule: "untagged", site: "Berlin" },
  });
  assert(await mayPublish(untagged, "devices.d1.a"));
  assertFalse(await mayPublish(untagged, "sites.Berlin.x"));
});

const HOSTILE = [
  "*",
  ">",
  "> q",
  ">\u00a0q",
  "{{name()}}",
  "{{tag(site)}}",
  "a.b",
  "a:b",
  "site:x",
  " ",
  "_INBOX",
];

Deno.test("H8 H9 no name and no tag widens a scoped key's template", async () => {
  await using stack = await startScoped();
  for (const text of HOSTILE) {
    const device = await stack.client(text, {
      claims: { rule: "device", site: text },
      inboxPrefix: "unused",
    });
    const token = `=${
      btoa(unescape(encodeURIComponent(text))).replaceAll("=", "").replaceAll(
        "+",
        "-",
      ).replaceAll("/", "_")
    }`;
    assert(await mayPublish(device, `devices.${token}.a`), text);
    assert(await mayPublish(device, `sites.${token}.a`), text);
    for (
      const subject of [
        "devices.a.b",
        "devices.d2.a",
        "sites.a.b",
        "sites.berlin.x",
        "devices.q",
        "x",
      ]
    ) {
      assertFalse(await mayPublish(device, subject), `${text}: ${subject}`);
    }
    for (
      const [subject, queue] of [
        ["devices.>"],
        ["devices.d2.>"],
        ["devices.>", "q"],
        ["sites.>", "q"],
        ["sites.a.>"],
      ] as const
    ) {
      assertInstanceOf(
        await subscribeProblem(device, subject, queue),
        PermissionViolationError,
        `${text}: ${subject}`,
      );
    }
    await device.close();
  }
});

/** Keys that allow more than they say, and what with. */
const WIDE: readonly (readonly [
  why: string,
  scope: SigningKeyScope | string,
  verdicts: readonly string[],
  mayPublish: boolean,
  subscription: string,
])[] = [
  ["that is not scoped", SCOPE.key, ["wrong"], true, ">"],
  ["with an empty template", withTemplate({}), ["wrong", "wrong"], true, ">"],
  [
    "whose template speaks of subscribing alone",
    withTemplate({ "sub": { "allow": ["devices.>"] } }),
    ["wrong"],
    true,
    "devices.>",
  ],
  [
    "whose template speaks of publishing alone",
    withTemplate({ "pub": { "allow": ["devices.>"] } }),
    ["wrong"],
    false,
    ">",
  ],
  [
    "whose template has an open end",
    withTemplate({ "pub": { "deny": [">"] }, "sub": { "allow": ["news.*"] } }),
    ["doubtful"],
    false,
    "news.>",
  ],
];

function withTemplate(permissions: object): SigningKeyScope {
  const limits = { "subs": -1, "data": -1, "payload": -1 };
  return { ...SCOPE, template: { ...limits, ...permissions } };
}

for (const [why, scope, verdicts, publishes, subscription] of WIDE) {
  Deno.test(`H5 a key ${why} allows more than it says: the reason why check looks at it`, async () => {
    await using stack = await startRulesStack(
      rulesByClaim({ "device": { "scoped_key": "devices" } }),
      { scopes: [scope], scopedKeys: new Map([["devices", SEED]]) },
    );
    const device = await stack.client("d1", { claims: { rule: "device" } });
    // When one of these fails, NATS has become safer.
    assertEquals(await mayPublish(device, "other.x"), publishes);
    const deep = subscription.replace(">", "a.b");
    assert(await reaches(stack.admin, device, deep, subscription));

    const [account] = stack.config.accounts;
    assert(account !== undefined);
    const response = await fetch(
      `${stack.stack.monitoringUrl}/accountz?acc=${account.publicKey}`,
    );
    const { account_detail: detail } = await response.json();
    const findings = judgeScopedKeys(account, detail.decoded_jwt, {
      uses: stack.config.rules.scopedKeyUses,
      varz: { version: stack.stack.server.version },
    }).filter(({ verdict }) => verdict !== "good");
    assertEquals(findings.map(({ verdict }) => verdict), verdicts);
  });
}

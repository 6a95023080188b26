import { assert, assertEquals } from "@std/assert";
import type { JsonObject } from "../base/json.ts";
import type { EpochMs, EpochSeconds } from "../base/time.ts";
import type { TokenSource } from "../config/token_sources.ts";
import type { LoginFacts } from "../permissions/grant.ts";
import {
  type Connection,
  LoginFault,
  type MadeUpLogin,
  readFacts,
  readIdentity,
} from "./made_up_login.ts";

const NOW = Date.parse("2026-03-02T12:00:00Z") as EpochMs;

Deno.test("readFacts() has an ordinary connection where nothing is said", () => {
  assertEquals(readFacts({}, NOW), {
    connectionType: "nats",
    host: "127.0.0.1",
    now: NOW,
  });
  assertEquals(
    readFacts({
      connection: "mqtt",
      source: "::1",
      at: "2026-03-02T13:00:00+01:00",
    }, 0 as EpochMs),
    {
      connectionType: "mqtt",
      host: "::1",
      now: NOW,
    },
  );
});

for (
  const at of [
    "now",
    "2026-03-02",
    "2026-03-02T12:00:00",
    "2026-13-02T12:00:00Z",
    "12:00",
  ]
) {
  Deno.test(`readFacts() refuses the time ${at}`, () => {
    const facts = readFacts({ at }, NOW);
    assert(facts instanceof LoginFault);
    assertEquals(
      facts.problem,
      "at must be a time, as in 2026-03-02T12:00:00Z",
    );
  });
}

const FACTS: LoginFacts = {
  connectionType: "nats",
  host: "192.0.2.7",
  now: NOW,
};
const SECONDS = NOW / 1000;
const TIMES = { clockToleranceSeconds: 30, lifetimeSecondsMax: 3600 };
const ID: TokenSource = {
  issuer: "https://id.example",
  credential: "jwt",
  ...TIMES,
};
const BACKEND: TokenSource = {
  issuer: "urn:backend",
  credential: "webhook",
  ...TIMES,
};
const SECOND: TokenSource = { ...ID, issuer: "https://second.example" };
const CLUSTER: TokenSource = {
  issuer: "https://cluster.example",
  credential: "kubernetes",
  namespaces: ["shop"],
  ...TIMES,
};

function read(
  login: MadeUpLogin,
  sources: readonly TokenSource[],
  facts: Partial<LoginFacts> = {},
): ReturnType<typeof readIdentity> {
  return readIdentity(login, { ...FACTS, ...facts }, {
    sources,
    connectionTypes: ["nats", "mqtt"],
    rules: { askForIssuer: false },
  });
}

/** The issuer and the kind, the code of a refusal, or what is wrong. */
function brief(outcome: ReturnType<typeof readIdentity>): string {
  if (outcome instanceof LoginFault) return outcome.problem;
  return outcome.kind === "rejected"
    ? outcome.code
    : `${outcome.credential} of ${outcome.issuer}`;
}

Deno.test("readIdentity() makes an identity of claims", () => {
  const claims: JsonObject = {
    sub: "alice",
    exp: SECONDS + 60.9,
    groups: ["a"],
  };
  assertEquals(read({ claims }, [ID]), {
    kind: "identity",
    credential: "jwt",
    issuer: "https://id.example",
    sub: "alice",
    claims: { ...claims, iss: "https://id.example" },
    expiresAt: SECONDS + 60 as EpochSeconds,
  });
});

Deno.test("readIdentity() makes a service account of a cluster's claims", () => {
  const sub = "system:serviceaccount:shop:web";
  const identity = read({ claims: { sub } }, [ID, CLUSTER]);
  assertEquals(
    brief(identity),
    "issuer must be one of: https://id.example, https://cluster.example",
  );
  const named = read({ claims: { sub }, kind: "kubernetes" }, [ID, CLUSTER]);
  assert("claims" in named);
  assertEquals(named.claims["namespace"], "shop");
  assertEquals(named.claims["service_account"], "web");
});

const ALICE = { sub: "alice" };

const meant: [
  why: string,
  login: Omit<MadeUpLogin, "claims"> & { claims?: JsonObject },
  sources: readonly TokenSource[],
  expected: string,
][] = [
  ["the only issuer", {}, [ID], "jwt of https://id.example"],
  [
    "the issuer in iss",
    { claims: { ...ALICE, iss: "urn:backend" } },
    [ID, BACKEND],
    "webhook of urn:backend",
  ],
  [
    "the only issuer of a kind",
    { kind: "webhook" },
    [ID, SECOND, BACKEND],
    "webhook of urn:backend",
  ],
  [
    "one of two issuers",
    {},
    [ID, SECOND],
    "issuer must be one of: https://id.example, https://second.example",
  ],
  [
    "an issuer that is not configured",
    { issuer: "https://x" },
    [ID],
    "issuer_untrusted",
  ],
  [
    "an issuer with a kind that is not its own",
    { issuer: "https://id.example", kind: "webhook" },
    [ID, BACKEND],
    "kind must be jwt: https://id.example has no other",
  ],
  [
    "an issuer of two kinds with a third one",
    { issuer: "https://id.example", kind: "webhook" },
    [ID, { ...ID, credential: "introspection" }],
    "kind must be jwt or introspection: https://id.example has no other",
  ],
  [
    "a kind that is not configured",
    { kind: "api_token" },
    [ID, BACKEND],
    "kind must be one that is configured: jwt, webhook",
  ],
  [
    "a kind that there is not",
    { kind: "oidc" },
    [ID],
    "kind must be one of: jwt, shared_secret, introspection, api_token, webhook, kubernetes, custom",
  ],
  [
    "no issuer where none is",
    {},
    [],
    "jwt of urn:nats-auth-callout:any-issuer",
  ],
  ["any issuer where none is", { issuer: "https://x" }, [], "jwt of https://x"],
  [
    "any kind where none is",
    { issuer: "urn:x", kind: "webhook" },
    [],
    "webhook of urn:x",
  ],
];

for (const [why, login, sources, expected] of meant) {
  Deno.test(`claims of ${why}: ${expected}`, () => {
    assertEquals(brief(read({ claims: ALICE, ...login }, sources)), expected);
  });
}

Deno.test("an issuer of two kinds is named once among those that there are", () => {
  const sources: readonly TokenSource[] = [
    ID,
    { ...ID, credential: "introspection" },
    SECOND,
  ];
  const outcome = read({ claims: ALICE, issuer: "https://x" }, sources);
  assert(!(outcome instanceof LoginFault) && outcome.kind === "rejected");
  assertEquals(
    outcome.detail,
    "No issuer of that name is configured; there are: https://id.example, https://second.example",
  );
  assertEquals(
    brief(read({ claims: ALICE }, sources)),
    "issuer must be one of: https://id.example, https://second.example",
  );
});

const refused: [why: string, claims: JsonObject, code: string][] = [
  ["that have expired", { exp: SECONDS - 31 }, "bearer_token_expired"],
  [
    "that have just expired",
    { exp: SECONDS - 29 },
    "jwt of https://id.example",
  ],
  [
    "that last too long",
    { exp: SECONDS + 7200 },
    "bearer_token_lifetime_too_long",
  ],
  [
    "that were issued long ago",
    { iat: SECONDS - 7200 },
    "bearer_token_lifetime_too_long",
  ],
  ["from tomorrow", { nbf: SECONDS + 60 }, "bearer_token_not_yet_valid"],
  ["with text for a time", { exp: "soon" }, "claim_invalid"],
  ["with null for a time", { exp: null }, "claim_invalid"],
  ["with a number for an issuer", { iss: 5 }, "claim_invalid"],
  ["with null for an issuer", { iss: null }, "claim_invalid"],
  [
    "without a sub",
    { sub: null },
    'claims must hold a sub, as in {"sub":"alice"}',
  ],
];

for (const [why, claims, expected] of refused) {
  Deno.test(`claims ${why} get what the service answers: ${expected}`, () => {
    assertEquals(
      brief(read({ claims: { ...ALICE, ...claims } }, [ID])),
      expected,
    );
  });
}

Deno.test("claims of a cluster are refused where its tokens are", () => {
  const ofSub = (sub: string): string =>
    brief(read({ claims: { sub } }, [CLUSTER]));
  assertEquals(ofSub("alice"), "claim_invalid");
  assertEquals(
    ofSub("system:serviceaccount:kube-system:x"),
    "namespace_not_allowed",
  );
});

Deno.test("a connection that callout.connection_types leaves out is refused", () => {
  const login = { claims: ALICE };
  assertEquals(
    brief(read(login, [ID], { connectionType: "leafnode" })),
    "connection_type_not_allowed",
  );
  assertEquals(
    brief(read(login, [ID], { connectionType: "mqtt" })),
    "jwt of https://id.example",
  );
});

Deno.test("readFacts() says what a connection and a source can be", () => {
  const problem = (connection: Connection): string => {
    const facts = readFacts(connection, NOW);
    return facts instanceof LoginFault ? facts.problem : "none";
  };
  assertEquals(
    problem({ connection: "tcp" }),
    "connection must be one of: nats, websocket, mqtt, leafnode",
  );
  for (const source of ["nonsense", "10.0.0.0/8", "010.0.0.1", ""]) {
    assertEquals(
      problem({ source }),
      "source must be an address, as in 192.0.2.7 or 2001:db8::7",
    );
  }
});

/**
 * `explain` of a token of every kind, let in and turned away: by which settings it
 * was judged, where it stopped, and nothing that is secret.
 */
import { assert, assertEquals, assertFalse } from "@std/assert";
import type { CredentialKind } from "../../src/base/identity.ts";
import { json } from "../fixtures/asked_server.ts";
import { type CommandResult, runMain } from "../fixtures/command.ts";
import {
  type Counterparts,
  counterpartsConfiguration,
  issuerToken,
  type Presented,
  presentedTokens,
  startCounterparts,
} from "../fixtures/documented_counterparts.ts";
import { startStack } from "../fixtures/stack.ts";

type Explain = (
  token: string,
  ...args: readonly string[]
) => Promise<CommandResult>;

interface Scene extends AsyncDisposable {
  readonly counterparts: Counterparts;
  readonly explain: Explain;
  /** The configuration. */
  readonly file: string;
  /** What must be printed nowhere. */
  readonly secrets: readonly string[];
}

/** The configuration of docs/TOKENS.md, with whoever is in it. */
async function startScene(seconds: number): Promise<Scene> {
  const counterparts = await startCounterparts(seconds);
  await using stack = await startStack();
  const file = `${counterparts.folder}/callout.yaml`;
  await Deno.writeTextFile(file, await counterpartsConfiguration(counterparts));
  const environment = {
    ...stack.environment,
    ...counterparts.variables,
    CALLOUT_CONFIG: file,
  };
  // The stack goes when this returns; explain needs its keys and not its server.
  const creds = `${counterparts.folder}/callout.creds`;
  await Deno.copyFile(stack.environment["CALLOUT_CREDS_FILE"] ?? "", creds);
  const named = ["NATS_ACCOUNT_SECRET", "CALLOUT_SIGNING_KEY", "CALLOUT_XKEY"]
    .map((name) => stack.environment[name] ?? "");
  const { SHOP_SECRET, INTROSPECTION_SECRET, WEBHOOK_SECRET } =
    counterparts.variables;
  return {
    counterparts,
    file,
    explain: (token, ...args) =>
      runMain(["explain", "--token", "-", ...args], {
        environment: { ...environment, CALLOUT_CREDS_FILE: creds },
        permissions: ["--allow-env", "--allow-read", "--allow-net"],
        input: token,
      }),
    secrets: [
      ...named,
      SHOP_SECRET ?? "",
      INTROSPECTION_SECRET ?? "",
      WEBHOOK_SECRET ?? "",
      counterparts.cluster.ownToken,
    ],
    [Symbol.asyncDispose]: () => counterparts[Symbol.asyncDispose](),
  };
}

interface Expected {
  /** Lines of both explanations, without the space in front. */
  readonly settings: readonly RegExp[];
  readonly good: readonly RegExp[];
  readonly wrong: readonly RegExp[];
}

const NOT_VERIFIED = /^Token +JWT, NOT verified: whoever made it/m;
const VERIFIED = /^Token +JWT, verified$/m;

const EXPECTED: Readonly<
  Record<Exclude<CredentialKind, "custom">, Expected>
> = {
  "jwt": {
    settings: [],
    good: [
      /^Settings +keys +1 known, found by the issuer's metadata$/m,
      / algorithms +RS256, ES256, EdDSA$/m,
      / audiences +nats$/m,
      / userinfo +groups, email, email_verified: from the endpoint in the issuer's metadata, remembered for 1m$/m,
      VERIFIED,
      / aud +nats$/m,
      /^Also +claims_from_userinfo +groups, email, email_verified$/m,
    ],
    wrong: [
      NOT_VERIFIED,
      / iss +https:\/\/x$/m,
      /^Refused: issuer_untrusted\n.*\n {2}expected +issuers: http:\/\/127\.0\.0\.1:\d+, https:\/\/shop\.example\.com, .*\n {2}found +iss: https:\/\/x$/m,
    ],
  },
  "shared_secret": {
    settings: [
      /^Settings +keys +1 known, of shared_secrets \(base64\)$/m,
      / algorithms +HS256$/m,
    ],
    good: [VERIFIED],
    wrong: [NOT_VERIFIED, /^Refused: signature_invalid$/m],
  },
  "introspection": {
    settings: [
      /^Settings +endpoint +http:\/\/127\.0\.0\.1:\d+\/introspect$/m,
      / client +nats, by client_secret_basic$/m,
      / audiences +nats$/m,
      / sub_claim +sub$/m,
      / seconds_without_exp +none: an answer without exp is refused$/m,
      / cache\.seconds +60: a revoked token is refused after that$/m,
      /^Token +opaque: it says nothing of itself$/m,
    ],
    good: [/^Also +expiry_from +exp of the answer$/m],
    wrong: [/^Refused: bearer_token_inactive$/m],
  },
  "api_token": {
    settings: [
      /^Settings +file +.*\/api-tokens\.json$/m,
      / reload_seconds +2: a token that was disabled/m,
      / id +nct_[a-z2-7]{16}$/m,
    ],
    good: [/ description +in hall 3$/m],
    wrong: [
      /^Refused: bearer_token_unknown\n.*\n {2}expected +file: .*\n {2}found +id: nct_.*; entry: there is none with this id$/m,
    ],
  },
  "webhook": {
    settings: [
      / url +http:\/\/127\.0\.0\.1:\d+\/nats\/token$/m,
      / secrets +1: questions are signed$/m,
      / tls +no client certificate$/m,
      / cache\.seconds +60: /m,
    ],
    good: [],
    wrong: [/^Refused: bearer_token_inactive$/m],
  },
  "kubernetes": {
    settings: [
      /^Settings +method +keys$/m,
      /^Issuer +https:\/\/kubernetes\.default\.svc\.cluster\.local$/m,
      / audiences +nats$/m,
      / namespaces +shop$/m,
      / service_account +web$/m,
      VERIFIED,
    ],
    good: [/ namespace +shop$/m],
    wrong: [
      /^Refused: .*\n.*\n {2}expected +namespaces: shop\n {2}found +namespace: kube-system$/m,
    ],
  },
};

function assertShown(text: string, lines: readonly RegExp[]): void {
  for (const line of lines) assert(line.test(text), `${line}\n${text}`);
}

/** What of a token nobody may see: of an API token, its id may be seen. */
function secretsOf({ kind, token, wrong }: Presented): readonly string[] {
  return [token, wrong].flatMap((text) =>
    kind === "introspection" || kind === "webhook"
      ? text
      : kind === "api_token"
      ? text.split(".").slice(1)
      : text.split(".")
  );
}

Deno.test("J1 explain shows by what each kind of token was judged, and no secret", async (test) => {
  const seconds = Math.floor(Date.now() / 1000);
  await using scene = await startScene(seconds);
  const { explain } = scene;
  for (const presented of presentedTokens(scene.counterparts, seconds)) {
    const { kind, token, wrong } = presented;
    assert(kind !== "custom");
    const expected = EXPECTED[kind];
    await test.step(kind, async () => {
      const granted = await explain(token);
      assertEquals(granted.code, 0, granted.stderr);
      assertShown(granted.stdout, [
        ...expected.settings,
        ...expected.good,
        new RegExp(`^Kind +${kind}$`, "m"),
      ]);
      const refused = await explain(wrong);
      assertEquals(refused.code, 1, refused.stderr);
      assertShown(refused.stdout, [...expected.settings, ...expected.wrong]);
      const inJson = await explain(token, "--json");
      const { identity, judge } = JSON.parse(inJson.stdout);
      assertEquals([judge.kind, judge.issuer], [kind, identity.issuer]);
      assert(Object.keys(judge.settings).length > 1);
      const said = [granted, refused, inJson]
        .map(({ stderr, stdout }) => stdout + stderr).join("\n");
      for (const secret of [...scene.secrets, ...secretsOf(presented)]) {
        assert(secret.length > 4);
        assertFalse(said.includes(secret), secret);
      }
    });
  }
});

Deno.test("explain says who was to judge a token that nobody could judge, and nothing of that about others", async () => {
  const seconds = Math.floor(Date.now() / 1000);
  await using scene = await startScene(seconds);
  const { counterparts, explain } = scene;
  await counterparts.issuer[Symbol.asyncDispose]();
  const claims = { sub: "alice", aud: "nats", exp: seconds + 60 };
  const { code, stderr, stdout } = await explain(
    issuerToken(counterparts, claims),
  );
  assertEquals(code, 3);
  assertShown(stderr, [/cannot fetch the keys of an issuer/]);
  assertShown(stdout, [
    /^Kind +jwt$/m,
    /^Settings +keys +0 known/m,
    NOT_VERIFIED,
    /^Could not be judged, which is no refusal: unavailable: jwks\n.*cannot reach.*\n {2}look at +issuers: compare issuer; if it is right, see whether it runs/m,
  ]);
  for (const { kind, token } of presentedTokens(counterparts, seconds)) {
    if (kind === "jwt") continue;
    const other = await explain(token);
    assertEquals([other.code, other.stderr], [0, ""], kind);
  }
  const mangled = await explain(`${issuerToken(counterparts, claims)}=`);
  assertEquals([mangled.code, mangled.stderr], [1, ""]);
});

Deno.test("explain says which claim of a verified JWT is not as it has to be", async () => {
  const seconds = Math.floor(Date.now() / 1000);
  await using scene = await startScene(seconds);
  const good = { sub: "alice", aud: "nats", exp: seconds + 60 };
  const rows: [changes: Record<string, unknown>, lines: readonly RegExp[]][] = [
    [{ aud: "other" }, [
      /^Refused: audience_mismatch\n.*\n {2}expected +audiences: nats\n {2}found +aud: other$/m,
    ]],
    [{ exp: seconds - 60 }, [
      /^Refused: bearer_token_expired\n.*\n {2}expected +clock_tolerance_seconds: 30; now: 20.*Z\n {2}found +exp: 20.*Z$/m,
    ]],
    [{ exp: seconds + 10 * 86_400 }, [
      /^Refused: bearer_token_lifetime_too_long\n.*\n {2}expected +lifetime_seconds_max: 86400, which is 1d\n {2}found +exp: .*Z; now: .*Z$/m,
    ]],
  ];
  for (const [changes, lines] of rows) {
    const token = issuerToken(scene.counterparts, { ...good, ...changes });
    const { code, stdout } = await scene.explain(token);
    assertEquals(code, 1);
    assertShown(stdout, [VERIFIED, ...lines]);
  }
});

Deno.test("explain says where the expiry of an opaque token is from", async () => {
  const seconds = Math.floor(Date.now() / 1000);
  await using scene = await startScene(seconds);
  const { counterparts: { opaque }, explain, file } = scene;
  const text = await Deno.readTextFile(file);
  await Deno.writeTextFile(
    file,
    text.replace(
      "label: opaque",
      "label: opaque\n    seconds_without_exp: 300",
    ),
  );
  opaque.answer = () => json({ active: true, sub: "bob", aud: "nats" });
  const without = await explain("opaque-of-bob");
  assertShown(without.stdout, [
    / seconds_without_exp +300, which is 5m$/m,
    /^Also +expiry_from +seconds_without_exp, as the answer has no exp$/m,
  ]);
  const exp = seconds + 60;
  opaque.answer = () => json({ active: true, sub: "bob", aud: "nats", exp });
  assertShown((await explain("opaque-of-bob")).stdout, [
    /^Also +expiry_from +exp of the answer$/m,
  ]);
});

Deno.test("docs/TOKENS.md shows what explain says of a refused token", async () => {
  const at = "2026-03-02T12:00:00Z";
  const seconds = Date.parse(at) / 1000;
  await using scene = await startScene(seconds);
  const claims = {
    sub: "alice",
    aud: "shop",
    exp: seconds + 600,
    iat: seconds,
  };
  const token = issuerToken(scene.counterparts, claims);
  const { stdout } = await scene.explain(token, "--at", at);
  const said = stdout.trimEnd().replaceAll(
    scene.counterparts.issuer.origin,
    "https://id.example.com",
  );
  const document = await Deno.readTextFile("docs/TOKENS.md");
  assert(document.includes(`\`\`\`\n${said}\n\`\`\`\n`), said);
});

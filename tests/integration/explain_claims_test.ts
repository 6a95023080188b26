/**
 * `explain --claims` of what is refused before the rules: whose claims they are,
 * what was asked for, and what there is instead.
 */
import { assertEquals, assertFalse, assertStringIncludes } from "@std/assert";
import { runMain } from "../fixtures/command.ts";

const PERMISSIONS = ["--allow-env", "--allow-read"];

const MADE_UP = `accounts: [{ name: APP }]
issuers:
  - { issuer: "https://id.example.com", label: id, audiences: [nats] }
kubernetes:
  - { issuer: "https://k8s.example", label: k8s, audiences: [nats], namespaces: [shop] }
api_tokens: { file: none.json, issuer: "urn:tokens", label: api }
`;
const ID_HEAD = `Issuer     https://id.example.com
Kind       jwt
Settings   clock_tolerance_seconds  30
           lifetime_seconds_max     86400, which is 1d

Refused: `;

const earlyRefusals: [claims: object, kind: string, text: string][] = [
  [
    { exp: 1 },
    "jwt",
    `${ID_HEAD}bearer_token_expired
  Claim "exp" is in the past
  expected  clock_tolerance_seconds: 30; now: 2026-03-02T12:00:00Z
  found     exp: 1970-01-01T00:00:01Z
`,
  ],
  [
    { exp: 1_900_000_000 },
    "jwt",
    `${ID_HEAD}bearer_token_lifetime_too_long
  Lifetime from now is longer than 86400 seconds
  expected  lifetime_seconds_max: 86400, which is 1d
  found     exp: 2030-03-17T17:46:40Z; now: 2026-03-02T12:00:00Z
`,
  ],
  [
    { exp: "soon" },
    "jwt",
    `${ID_HEAD}claim_invalid\n  Claim "exp" is not a number\n`,
  ],
  [
    { iss: 5 },
    "jwt",
    `\nRefused: claim_invalid\n  Claim "iss" is not a string\n`,
  ],
  [
    { sub: "system:serviceaccount:kube-system:web" },
    "kubernetes",
    `Issuer     https://k8s.example
Kind       kubernetes
Settings   namespaces               shop
           clock_tolerance_seconds  30
           lifetime_seconds_max     86400, which is 1d

Refused: namespace_not_allowed
  The service account's namespace is none of those configured
  expected  namespaces: shop
  found     namespace: kube-system
`,
  ],
  [
    { exp: 1 },
    "api_token",
    `Issuer     urn:tokens
Kind       api_token

Refused: bearer_token_expired
  Claim "exp" is in the past
  expected  now: 2026-03-02T12:00:00Z
  found     exp: 1970-01-01T00:00:01Z
`,
  ],
];

Deno.test("explain --claims says of a refusal before the rules whose claims they are, and by which settings", async () => {
  const file = await Deno.makeTempFile({ suffix: ".yaml" });
  try {
    await Deno.writeTextFile(file, MADE_UP);
    for (const [claims, kind, text] of earlyRefusals) {
      const made = JSON.stringify({ sub: "alice", ...claims });
      const { code, stderr, stdout } = await runMain([
        "explain",
        ...["--claims", made, "--kind", kind],
        ...["--at", "2026-03-02T12:00:00Z"],
      ], { environment: { CALLOUT_CONFIG: file }, permissions: PERMISSIONS });
      assertEquals([code, stdout, stderr], [1, text, ""], made);
    }
  } finally {
    await Deno.remove(file);
  }
});

Deno.test("explain --claims names no settings where no issuer is configured", async () => {
  const { stdout } = await runMain([
    "explain",
    "--claims",
    '{"sub":"alice","exp":9000000000}',
  ], { permissions: PERMISSIONS });
  assertStringIncludes(stdout, "Refused: bearer_token_lifetime_too_long");
  assertFalse(/Settings|expected/.test(stdout), stdout);
});

Deno.test("explain --claims says how the development issuer is configured", async () => {
  const issuer = "urn:nats-auth-callout:development";
  for (
    const args of [
      ['{"sub":"alice"}', "--issuer", issuer],
      [JSON.stringify({ sub: "alice", iss: issuer })],
    ]
  ) {
    const { code, stdout } = await runMain(["explain", "--claims", ...args], {
      environment: { OIDC_ISSUER: "https://id.example.com" },
      permissions: PERMISSIONS,
    });
    assertEquals(code, 1, stdout);
    assertStringIncludes(stdout, `found    iss: ${issuer}\n`);
    assertStringIncludes(stdout, "look at  DEV_ISSUER_JWKS_FILE, which is");
  }
});

import { assertEquals } from "@std/assert";
import type { AuthenticatorStatus } from "../identity/authenticate.ts";
import { formatMetrics } from "./metrics.ts";

const PREFIX = "nats_auth_callout_";

const well: AuthenticatorStatus = {
  issuer: "https://well",
  credential: "jwt",
  ready: true,
  failing: false,
  staleSeconds: 0,
};

/** The samples alone, each metric once with its help and type before it. */
function samples(
  sources: readonly AuthenticatorStatus[],
  { isSubscribed } = { isSubscribed: true },
): readonly string[] {
  const text = formatMetrics({ isSubscribed, sources });
  assertEquals(text.at(-1), "\n");
  const lines = text.trimEnd().split("\n");
  const named = lines.filter((line) => line.startsWith("#"))
    .map((line) => line.split(" ").slice(1, 3).join(" "));
  assertEquals(new Set(named).size, named.length);
  return lines.filter((line) => !line.startsWith("#"))
    .map((line) => line.replace(PREFIX, ""));
}

Deno.test("D12 formatMetrics() says how stale an issuer's keys are", () => {
  const labels = '{issuer="https://old",kind="jwt"}';
  const stale = { ...well, issuer: "https://old", keyCount: 2 };
  assertEquals(samples([{ ...stale, staleSeconds: 6.25 }]), [
    "subscribed 1",
    `issuer_ready${labels} 1`,
    `issuer_failing${labels} 0`,
    `jwks_keys${labels} 2`,
    `jwks_stale_seconds${labels} 6.25`,
  ]);
});

Deno.test("D15 formatMetrics() has a sample for each issuer, and none that has no meaning", () => {
  const asked: AuthenticatorStatus = {
    ...well,
    issuer: "https://asked",
    credential: "introspection",
    failing: true,
  };
  const file: AuthenticatorStatus = {
    ...well,
    issuer: "api-tokens",
    credential: "api_token",
    ready: false,
    staleSeconds: 3,
  };
  assertEquals(samples([asked, file], { isSubscribed: false }), [
    "subscribed 0",
    'issuer_ready{issuer="https://asked",kind="introspection"} 1',
    'issuer_ready{issuer="api-tokens",kind="api_token"} 0',
    'issuer_failing{issuer="https://asked",kind="introspection"} 1',
    'issuer_failing{issuer="api-tokens",kind="api_token"} 0',
    'api_tokens_stale_seconds{issuer="api-tokens",kind="api_token"} 3',
  ]);
});

Deno.test("J6 formatMetrics() lets no name of an issuer end a label or a line", () => {
  const [, sample] = samples([{ ...well, issuer: 'a"} 1\nb\\' }]);
  assertEquals(
    sample,
    String.raw`issuer_ready{issuer="a\"} 1\nb\\",kind="jwt"} 1`,
  );
});

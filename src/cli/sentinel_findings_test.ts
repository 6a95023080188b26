import { assertEquals } from "@std/assert";
import type { JsonObject } from "../base/json.ts";
import type { EpochMs } from "../base/time.ts";
import type { Finding } from "./finding.ts";
import { judgeSentinel } from "./sentinel_findings.ts";

const NOW = Date.UTC(2026, 2, 2) as EpochMs;
const SECONDS = NOW / 1000;

type Times = Readonly<Record<string, number>>;

function judge(claims: JsonObject, what: string): Finding | undefined {
  return judgeSentinel(claims, {
    calloutAccount: "A",
    authUsers: undefined,
    now: NOW,
  }).find(({ where }) => where === `sentinel, ${what}`);
}

const rows: [times: Times, verdict: string, what: string][] = [
  [{}, "good", "never"],
  [{ exp: 0, nbf: SECONDS }, "good", "never"],
  [
    { exp: SECONDS + 1 },
    "doubtful",
    "ends at 2026-03-02T00:00:01.000Z: from then on nobody gets in",
  ],
  [
    { exp: SECONDS },
    "wrong",
    "ended at 2026-03-02T00:00:00.000Z: since then nobody gets in",
  ],
  [{ exp: -1e300 }, "wrong", "ended at no time: since then nobody gets in"],
  [
    { exp: SECONDS + 60, nbf: SECONDS + 1 },
    "wrong",
    "begins at 2026-03-02T00:00:01.000Z: until then nobody gets in",
  ],
];

for (const [times, verdict, what] of rows) {
  Deno.test(`N10 judgeSentinel() finds ${verdict} that a sentinel has the times ${JSON.stringify(times)}`, () => {
    const finding = judge(times, "expiry");
    assertEquals([finding?.verdict, finding?.what], [verdict, what]);
  });
}

const EVERYTHING = { deny: [">"] };

const denials: [why: string, nats: JsonObject, verdict: string][] = [
  [
    "denies everything, both ways",
    { pub: EVERYTHING, sub: EVERYTHING },
    "good",
  ],
  ["denies only publishing", { pub: EVERYTHING }, "wrong"],
  ["denies only subscribing", { sub: EVERYTHING }, "wrong"],
  [
    "denies only a part",
    { pub: { deny: ["a.>"] }, sub: { deny: ["a.>"] } },
    "wrong",
  ],
];

for (const [why, nats, verdict] of denials) {
  Deno.test(`N10 judgeSentinel() finds ${verdict} a sentinel that ${why}`, () => {
    assertEquals(judge({ nats }, "permissions")?.verdict, verdict);
  });
}

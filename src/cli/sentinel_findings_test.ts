import { assertEquals } from "@std/assert";
import type { EpochMs } from "../base/time.ts";
import { judgeSentinel } from "./sentinel_findings.ts";

const NOW = Date.UTC(2026, 2, 2) as EpochMs;
const SECONDS = NOW / 1000;

type Times = Readonly<Record<string, number>>;

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
    const finding = judgeSentinel(times, {
      calloutAccount: "A",
      authUsers: undefined,
      now: NOW,
    }).find(({ where }) => where === "sentinel, expiry");
    assertEquals([finding?.verdict, finding?.what], [verdict, what]);
  });
}

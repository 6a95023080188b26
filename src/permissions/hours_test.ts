import { assert, assertEquals } from "@std/assert";
import type { EpochMs } from "../base/time.ts";
import { type HoursOptions, parseHours } from "./hours.ts";
import { Fault } from "./rule_fault.ts";

function endsAt(options: HoursOptions, now: string): string | undefined {
  const hours = parseHours(options);
  assert(!(hours instanceof Fault));
  const end = hours.endsAt(Date.parse(now) as EpochMs);
  return end === undefined ? undefined : new Date(end * 1000).toISOString();
}

const OFFICE: HoursOptions = {
  days: ["mon", "tue", "wed", "thu", "fri"],
  from: "08:00",
  to: "18:00",
  "time_zone": "Europe/Berlin",
};
const NIGHT: HoursOptions = { days: ["fri"], from: "22:00", to: "06:00" };
const BERLIN_NIGHT: HoursOptions = {
  from: "01:00",
  to: "02:30",
  "time_zone": "Europe/Berlin",
};

const rows: [
  why: string,
  options: HoursOptions,
  now: string,
  end: string | undefined,
][] = [
  // 2026-03-02 is a Monday; Berlin is at +01:00 in winter.
  [
    "in the morning",
    OFFICE,
    "2026-03-02T07:00:00Z",
    "2026-03-02T17:00:00.000Z",
  ],
  ["a moment too early", OFFICE, "2026-03-02T06:59:59.999Z", undefined],
  [
    "in the last moment",
    OFFICE,
    "2026-03-02T16:59:59.999Z",
    "2026-03-02T17:00:00.000Z",
  ],
  ["a moment too late", OFFICE, "2026-03-02T17:00:00Z", undefined],
  ["in summer", OFFICE, "2026-07-06T06:00:00Z", "2026-07-06T16:00:00.000Z"],
  ["on a Saturday", OFFICE, "2026-03-07T10:00:00Z", undefined],
  [
    "before midnight",
    NIGHT,
    "2026-03-06T23:00:00Z",
    "2026-03-07T06:00:00.000Z",
  ],
  [
    "behind midnight",
    NIGHT,
    "2026-03-07T05:59:59Z",
    "2026-03-07T06:00:00.000Z",
  ],
  ["behind midnight of another day", NIGHT, "2026-03-06T05:00:00Z", undefined],
  ["on the evening after", NIGHT, "2026-03-07T23:00:00Z", undefined],
  [
    "all day",
    { from: "00:00", to: "24:00" },
    "2026-03-07T23:59:59Z",
    "2026-03-08T00:00:00.000Z",
  ],
  [
    "from midnight",
    { from: "00:00", to: "00:01" },
    "2026-03-07T00:00:00Z",
    "2026-03-07T00:01:00.000Z",
  ],
  [
    "across the date line",
    {
      days: ["sun"],
      from: "08:00",
      to: "10:00",
      "time_zone": "Pacific/Kiritimati",
    },
    "2026-03-07T18:30:00Z",
    "2026-03-07T20:00:00.000Z",
  ],
  // On 2026-03-29 Berlin goes from 02:00 to 03:00 (01:00Z).
  [
    "when the clocks jump over its end",
    BERLIN_NIGHT,
    "2026-03-29T00:10:00Z",
    "2026-03-29T01:00:00.000Z",
  ],
  ["when they have jumped", BERLIN_NIGHT, "2026-03-29T01:00:00Z", undefined],
  // On 2026-10-25 Berlin goes from 03:00 back to 02:00 (01:00Z).
  [
    "when its end comes twice",
    BERLIN_NIGHT,
    "2026-10-24T23:30:00Z",
    "2026-10-25T00:30:00.000Z",
  ],
  ["between the two", BERLIN_NIGHT, "2026-10-25T00:45:00Z", undefined],
  [
    "when an hour comes again",
    BERLIN_NIGHT,
    "2026-10-25T01:10:00Z",
    "2026-10-25T01:30:00.000Z",
  ],
];

for (const [why, options, now, end] of rows) {
  Deno.test(`parseHours() knows the end of a window ${why}`, () => {
    assertEquals(endsAt(options, now), end);
  });
}

const spoiled: [why: string, options: HoursOptions, problem: string][] = [
  ["8:00", { from: "8:00", to: "18:00" }, "has a time that is none"],
  [
    "a time of 25 hours",
    { from: "25:00", to: "26:00" },
    "has a time that is none",
  ],
  [
    "24:00 as a beginning",
    { from: "24:00", to: "06:00" },
    "has a time that is none",
  ],
  ["no length", { from: "08:00", to: "08:00" }, "begins when it ends"],
  [
    "a place that is none",
    { from: "08:00", to: "18:00", "time_zone": "Europe/Atlantis" },
    "has a time zone that does not exist",
  ],
  [
    "an empty place",
    { from: "08:00", to: "18:00", "time_zone": "" },
    "has a time zone that does not exist",
  ],
];

for (const [why, options, problem] of spoiled) {
  Deno.test(`parseHours() refuses hours with ${why}`, () => {
    const fault = parseHours(options);
    assertEquals(fault instanceof Fault ? fault.problem : fault, problem);
  });
}

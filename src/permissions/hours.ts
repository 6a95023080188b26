/**
 * Hours of the day in which a rule grants anything, in the time of a place. They
 * also say when a session has to be over.
 *
 * @see ECMA-402 Intl.DateTimeFormat, whose time zones are those of IANA
 */
import {
  type EpochMs,
  type EpochSeconds,
  toEpochSeconds,
} from "../base/time.ts";
import { Fault } from "./rule_fault.ts";

/** A day of the week. */
export type Day = "sun" | "mon" | "tue" | "wed" | "thu" | "fri" | "sat";

/** As the calendar counts them: Sunday is 0. */
export const DAYS = [
  "sun",
  "mon",
  "tue",
  "wed",
  "thu",
  "fri",
  "sat",
] as const satisfies readonly Day[];

/** One window, as the configuration writes it. */
export interface HoursOptions {
  /** Days on which it begins. All, unless given. */
  readonly "days"?: readonly Day[] | undefined;
  /** `08:00` */
  readonly "from"?: string | undefined;
  /** `18:00`, or `24:00`. Before `from`: on the next day. */
  readonly "to"?: string | undefined;
  /** IANA's name. UTC, unless given. */
  readonly "time_zone"?: string | undefined;
}

export interface Hours {
  /** When the window that this moment lies in ends; undefined outside of it. */
  endsAt(now: EpochMs): EpochSeconds | undefined;
}

const MINUTE = 60_000;
const DAY_MINUTES = 24 * 60;
const TIME_REGEXP = /^([01]\d|2[0-3]):([0-5]\d)$/;

export function parseHours(options: HoursOptions): Hours | Fault {
  const from = parseTime(options.from);
  const to = options.to === "24:00" ? DAY_MINUTES : parseTime(options.to);
  if (from === undefined || to === undefined) {
    return new Fault(
      "has a time that is none",
      'write "08:00", in quotes; the end of a day is "24:00"',
    );
  }
  if (from === to) {
    return new Fault(
      "begins when it ends",
      'for the whole day, write from "00:00" to "24:00"',
    );
  }
  const offset = createOffset(options.time_zone ?? "UTC");
  if (offset instanceof Fault) return offset;
  const days = options.days ?? DAYS;
  // Behind midnight the window belongs to the day on which it began.
  const length = to > from ? to - from : to + DAY_MINUTES - from;
  const begins = DAYS.map((day) => days.includes(day));

  return {
    endsAt(now): EpochSeconds | undefined {
      const local = now + offset(now);
      const midnight = Math.floor(local / MINUTE / DAY_MINUTES) * DAY_MINUTES;
      for (const day of [midnight, midnight - DAY_MINUTES]) {
        const start = (day + from) * MINUTE;
        const end = start + length * MINUTE;
        const weekday = new Date(day * MINUTE).getUTCDay();
        if (begins[weekday] && local >= start && local < end) {
          return toEpochSeconds(toEpoch(end, now, offset));
        }
      }
      return undefined;
    },
  };
}

/** Minutes since midnight. */
function parseTime(text = ""): number | undefined {
  const [, hours, minutes] = TIME_REGEXP.exec(text) ?? [];
  return hours === undefined || minutes === undefined
    ? undefined
    : Number(hours) * 60 + Number(minutes);
}

/** Milliseconds that the clocks of the place are ahead of UTC at that moment. */
type Offset = (at: EpochMs) => number;

function createOffset(timeZone: string): Offset | Fault {
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat("en-US", {
      timeZone,
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
  } catch {
    // RangeError: the only thing that can be wrong with the options is the zone.
    return new Fault(
      "has a time zone that does not exist",
      "write IANA's name, as in Europe/Berlin or UTC",
    );
  }
  return rememberOffsets((at) => {
    const whole = Math.floor(at / 1000) * 1000;
    const parts = new Map(
      format.formatToParts(whole).map(({ type, value }) => [type, +value]),
    );
    const part = (type: Intl.DateTimeFormatPartTypes): number =>
      parts.get(type) ?? 0;
    return Date.UTC(
      part("year"),
      part("month") - 1,
      part("day"),
      part("hour"),
      part("minute"),
      part("second"),
    ) - whole;
  });
}

/** Clocks are changed on the quarter of an hour only (IANA time zone database, since 1972). */
const SLOT_MS = 15 * MINUTE;
const SLOTS_REMEMBERED_MAX = 64;

/** Asking for it takes some 5 µs, and logins ask for the same quarter again and again. */
function rememberOffsets(offset: Offset): Offset {
  const known = new Map<number, number>();
  return function remembered(at): number {
    const slot = Math.floor(at / SLOT_MS);
    const found = known.get(slot);
    if (found !== undefined) return found;
    if (known.size >= SLOTS_REMEMBERED_MAX) known.clear();
    const value = offset(slot * SLOT_MS as EpochMs);
    known.set(slot, value);
    return value;
  };
}

/**
 * The first moment after `now` at which the clocks of the place show that time
 * or a later one: where they are put back, they show it twice; where they are put
 * forward, perhaps never.
 */
function toEpoch(local: number, now: EpochMs, offset: Offset): EpochMs {
  const isOver = (at: number): boolean => at + offset(at as EpochMs) >= local;
  const day = DAY_MINUTES * MINUTE;
  const moments = [local - day, now, local + day]
    .map((at) => local - offset(at as EpochMs))
    .filter((at) => at > now && isOver(at));
  let over = Math.min(...moments);
  // Exact unless the clocks jump over that time: then it is over when they jump.
  let before: number = now;
  if (over + offset(over as EpochMs) === local) return over as EpochMs;
  while (over - before > 1000) {
    const middle = Math.floor((before + over) / 2000) * 1000;
    if (middle <= before) break;
    if (isOver(middle)) over = middle;
    else before = middle;
  }
  return over as EpochMs;
}

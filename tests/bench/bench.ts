/**
 * What every rung of the ladder is given, and what it gives back.
 */
import type { NatsServer } from "../../src/dev/nats_server.ts";
import type { Algorithm, BenchIssuer } from "./bearer_tokens.ts";
import type { ContenderOptions } from "./contender.ts";
import type { Scale } from "./scale.ts";
import type { Spread } from "./statistics.ts";

export interface Bench {
  readonly natsServer: NatsServer;
  readonly issuers: Readonly<Record<Algorithm, BenchIssuer>>;
  readonly scale: Scale;
  /** Says what is being done. */
  report(line: string): void;
}

export interface Rung {
  readonly name: string;
  readonly summary: string;
  run(bench: Bench): Promise<RungOutcome>;
}

export interface RungOutcome {
  readonly tables: readonly Table[];
  readonly findings: readonly Finding[];
  /** Each single measurement, for the JSON. */
  readonly samples?: unknown;
}

export interface Table {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
}

/** A figure that something was expected of. */
export interface Finding {
  readonly what: string;
  readonly value: number;
  /** Of what the value is the median of. */
  readonly spread?: Spread;
  readonly unit: string;
  readonly must: Bound;
  readonly aim?: Bound;
  /** It does not depend on how busy the machine is: missing it fails the bench. */
  readonly exact?: true;
}

export interface Bound {
  readonly is: "at most" | "at least";
  readonly limit: number;
}

export function atMost(limit: number): Bound {
  return { is: "at most", limit };
}

export function atLeast(limit: number): Bound {
  return { is: "at least", limit };
}

export function isWithin(value: number, { is, limit }: Bound): boolean {
  return is === "at most" ? value <= limit : value >= limit;
}

export function contenderOptions(
  { issuers, natsServer }: Bench,
): ContenderOptions {
  return { natsServer, issuers: Object.values(issuers) };
}

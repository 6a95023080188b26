/**
 * What readiness is made of as metrics, in the text format of Prometheus: how old
 * keys are is worth a warning long before their logins fail.
 *
 * Written here, as it is three lines a metric: a library for it would take more
 * memory than the service's bound has left.
 *
 * @see https://prometheus.io/docs/instrumenting/exposition_formats/
 */
import type { AuthenticatorStatus } from "../identity/authenticate.ts";
import type { Circumstances } from "./readiness.ts";

export const METRICS_CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

interface SourceMetric {
  readonly name: string;
  readonly help: string;
  /** Undefined where it has no meaning. */
  readonly value: (source: AuthenticatorStatus) => number | undefined;
}

const SOURCE_METRICS: readonly SourceMetric[] = [
  {
    name: "issuer_ready",
    help: "Whether there is what the issuer's tokens are judged by.",
    value: ({ ready }) => Number(ready),
  },
  {
    name: "issuer_failing",
    help:
      "Whether whoever is asked about its tokens was left alone after failures, and has answered nobody since.",
    value: ({ failing }) => Number(failing),
  },
  {
    name: "jwks_keys",
    help: "Keys that may verify the issuer's tokens now.",
    value: ({ keyCount }) => keyCount,
  },
  {
    name: "jwks_stale_seconds",
    help:
      "Age of the issuer's keys if they should be newer by now, otherwise 0.",
    value: ({ keyCount, staleSeconds }) =>
      keyCount === undefined ? undefined : staleSeconds,
  },
  {
    name: "api_tokens_stale_seconds",
    help: "For how long the file of API tokens could not be read anew.",
    value: ({ credential, staleSeconds }) =>
      credential === "api_token" ? staleSeconds : undefined,
  },
];

export function formatMetrics(
  { isSubscribed, sources }: Circumstances,
): string {
  return [
    ...formatMetric("subscribed", "Whether requests reach this instance.", [
      ["", Number(isSubscribed)],
    ]),
    ...SOURCE_METRICS.flatMap(({ help, name, value }) =>
      formatMetric(
        name,
        help,
        sources.map((source) => [labelsOf(source), value(source)] as const),
      )
    ),
    "",
  ].join("\n");
}

function formatMetric(
  name: string,
  help: string,
  samples: readonly (readonly [labels: string, value: number | undefined])[],
): readonly string[] {
  const full = `nats_auth_callout_${name}`;
  const lines = samples.flatMap(([labels, value]) =>
    value === undefined ? [] : [`${full}${labels} ${value}`]
  );
  return lines.length === 0
    ? []
    : [`# HELP ${full} ${help}`, `# TYPE ${full} gauge`, ...lines];
}

function labelsOf({ credential, issuer }: AuthenticatorStatus): string {
  return `{issuer="${escapeLabel(issuer)}",kind="${credential}"}`;
}

function escapeLabel(value: string): string {
  return value.replaceAll("\\", "\\\\").replaceAll('"', '\\"')
    .replaceAll("\n", "\\n");
}

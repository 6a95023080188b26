/**
 * Time-outs beside the time that a login has in all.
 */
import type { Checking } from "./checking.ts";
import type { IssuerSettings, Settings } from "./schema.ts";

/** Who is asked about a login must be given up on while it can still be answered. */
export function warnOfTimeouts(settings: Settings, checking: Checking): void {
  const budgetMs = settings.callout.budget_ms;
  for (const [setting, timeoutMs] of listTimeouts(settings)) {
    if (timeoutMs < budgetMs) continue;
    checking.warn({
      code: "timeout_beyond_budget",
      setting,
      detail:
        `It is ${timeoutMs}, and callout.budget_ms ${budgetMs}: a login whose answer is so late is given up before`,
      remedy: "set it well below callout.budget_ms, or raise that",
    });
  }
}

type Timeout = readonly [setting: string, ms: number];

function listTimeouts(
  { introspection, issuers, kubernetes, webhook }: Settings,
): readonly Timeout[] {
  return [
    ...issuers.flatMap((each, index): readonly Timeout[] =>
      isAsked(each)
        ? [[`issuers[${index}].remote.timeout_ms`, each.remote.timeout_ms]]
        : []
    ),
    // One without an issuer is left out: its variable is not set.
    ...introspection.flatMap(({ issuer, remote }, index): readonly Timeout[] =>
      issuer === undefined
        ? []
        : [[`introspection[${index}].remote.timeout_ms`, remote.timeout_ms]]
    ),
    ...kubernetes.flatMap((
      { issuer, timeout_ms: ms },
      index,
    ): readonly Timeout[] =>
      issuer === undefined ? [] : [[`kubernetes[${index}].timeout_ms`, ms]]
    ),
    ...(webhook.url === undefined
      ? []
      : [["webhook.remote.timeout_ms", webhook.remote.timeout_ms] as const]),
  ];
}

/** For its keys, or for claims. */
function isAsked(
  { issuer, jwks_file: file, shared_secrets: secrets, userinfo }:
    IssuerSettings,
): boolean {
  if (issuer === undefined) return false;
  return userinfo.claims.length > 0 ||
    (file === undefined && secrets.length === 0);
}

/**
 * Judges how NATS is set up, from what its monitoring says. Pure: the documents
 * are handed in.
 *
 * @see nats-server `monitor.go`, Varz and AccountInfo
 */
import { BEARER_TOKEN_BYTES_MAX } from "../base/limits.ts";
import {
  isSince,
  type ServerVersions,
  versionsText,
} from "../base/server_version.ts";
import type { Config } from "../config/config.ts";
import { decodeSeed } from "../nats_jwt/nkeys.ts";
import { judgeCalloutAccount, judgeSigningKey } from "./account_findings.ts";
import { judgeScopedKeys } from "./scoped_key_findings.ts";
import {
  type Finding,
  number,
  type SetupDocuments,
  text,
  verdict,
} from "./finding.ts";
import { judgeNeed } from "./version_findings.ts";

/** The oldest server that hands out a default sentinel. */
const SENTINEL_SINCE: ServerVersions = [[2, 11, 2]];

/** Two clocks further apart than that make tokens and user JWTs look wrong. */
const SKEW_MS_MAX = 2_000;

/** A CONNECT line holds the token and some 300 bytes more. */
const CONNECT_OVERHEAD_BYTES = 512;

export function judgeSetup(
  config: Config,
  documents: SetupDocuments,
): readonly Finding[] {
  // Without an operator accounts have no claims: they stand in a file that is read by eye.
  if (config.nats.credentials.kind === "nkey") {
    return judgeServer(config, documents);
  }
  return [
    ...judgeServer(config, documents),
    ...judgeCalloutAccount(config, documents),
    ...config.accounts.flatMap((account) => {
      const claims = documents.accounts.get(account.name);
      const { publicKey: key } = decodeSeed(account.signingKey, "account");
      return [
        ...judgeSigningKey(`account ${account.name}`, claims, key),
        ...judgeScopedKeys(account, claims, {
          uses: config.rules.scopedKeyUses,
          varz: documents.varz,
        }),
      ];
    }),
  ];
}

function judgeServer(
  config: Config,
  { varz, now }: SetupDocuments,
): readonly Finding[] {
  const version = text(varz, "version");
  const timeoutMs = number(varz, "auth_timeout") * 1000;
  const line = number(varz, "max_control_line");
  const skew = Math.abs(Date.parse(text(varz, "now")) - now);
  return [
    verdict({
      good: isSince(version, SENTINEL_SINCE),
      bad: "wrong",
      where: "nats-server",
      what: `version ${version}`,
      remedy: `use ${
        versionsText(SENTINEL_SINCE)
      }: older ones have no default_sentinel`,
    }),
    ...config.rules.needs.flatMap((need) =>
      judgeNeed(need, varz, `rule ${need.rule}`)
    ),
    verdict({
      good: skew <= SKEW_MS_MAX,
      bad: "wrong",
      where: "clock",
      what: `${
        (skew / 1000).toFixed(1)
      } s between the server's and this machine's`,
      remedy: "keep both with NTP",
    }),
    verdict({
      good: timeoutMs > config.callout.budgetMs,
      bad: "doubtful",
      where: "authorization.timeout",
      what: `${
        timeoutMs / 1000
      } s, callout.budget_ms is ${config.callout.budgetMs}`,
      remedy:
        "raise the server's timeout to 5 s, or lower callout.budget_ms below it",
    }),
    verdict({
      good: line >= BEARER_TOKEN_BYTES_MAX + CONNECT_OVERHEAD_BYTES,
      bad: "doubtful",
      where: "max_control_line",
      what: `${line} bytes: tokens up to about ${
        line - CONNECT_OVERHEAD_BYTES
      } get in`,
      remedy: `raise it to ${
        2 * BEARER_TOKEN_BYTES_MAX
      } if your tokens can be longer`,
    }),
  ];
}

/**
 * Judges how NATS is set up, from what its monitoring says. Pure: the documents
 * are handed in.
 *
 * @see nats-server `monitor.go`, Varz and AccountInfo
 */
import {
  isSince,
  type ServerVersions,
  versionsText,
} from "../base/server_version.ts";
import type { Config } from "../config/config.ts";
import { decodeSeed } from "../nats_jwt/nkeys.ts";
import {
  judgeApplicationKey,
  judgeCalloutAccount,
} from "./account_findings.ts";
import { judgeConfigured } from "./configured_findings.ts";
import { judgeScopedKeys } from "./scoped_key_findings.ts";
import {
  type Finding,
  number,
  object,
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
  const server = [
    ...judgeServer(config, documents),
    judgeSystemAccount(config, documents),
  ];
  if (config.nats.credentials.kind === "nkey") {
    return [...server, ...judgeConfigured(config, documents)];
  }
  return [
    ...server,
    ...judgeCalloutAccount(config, documents),
    ...config.accounts.flatMap((account) => {
      const detail = documents.accounts.get(account.name);
      const claims = detail && object(detail, "decoded_jwt");
      const { publicKey: key } = decodeSeed(account.signingKey, "account");
      return [
        ...judgeApplicationKey(`account ${account.name}`, claims, key),
        ...judgeScopedKeys(account, claims, {
          uses: config.rules.scopedKeyUses,
          varz: documents.varz,
        }),
      ];
    }),
  ];
}

/** Names can be anything: the server knows which account is the system's. */
function judgeSystemAccount(
  { accounts }: Config,
  { varz }: SetupDocuments,
): Finding {
  const system = text(varz, "system_account");
  const found = accounts.find(({ name, publicKey = name }) =>
    publicKey === system
  );
  return verdict({
    good: found === undefined,
    bad: "wrong",
    where: "accounts",
    what: "none of them is the system account",
    instead:
      `${found?.name} is the system account: its users see and end every connection`,
    remedy: "place users in an account of their own",
  });
}

function judgeServer(
  config: Config,
  { varz, varzTime }: SetupDocuments,
): readonly Finding[] {
  const version = text(varz, "version");
  const timeoutMs = number(varz, "auth_timeout") * 1000;
  const line = number(varz, "max_control_line");
  const tokenMax = config.callout.bearerTokenBytesMax;
  const skew = distance(Date.parse(text(varz, "now")), varzTime);
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
      judgeNeed(need, varz, `rules[${need.index}]`)
        .map((found) => ({
          ...found,
          what: `Rule ${need.rule}: ${found.what}`,
        }))
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
      good: line >= tokenMax + CONNECT_OVERHEAD_BYTES,
      bad: "doubtful",
      where: "max_control_line",
      what: `${line} bytes: tokens up to about ${
        Math.min(line - CONNECT_OVERHEAD_BYTES, tokenMax)
      } get in`,
      remedy: `raise it to ${
        tokenMax + CONNECT_OVERHEAD_BYTES
      } if your tokens can be longer: that is callout.bearer_token_bytes_max and the rest of the line`,
    }),
  ];
}

/** From a moment to a span of time; 0 if it lies within. */
function distance(
  moment: number,
  { from, to }: SetupDocuments["varzTime"],
): number {
  return Math.max(from - moment, moment - to, 0);
}

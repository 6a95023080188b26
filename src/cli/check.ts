/**
 * `check`: whether the configuration is right and, where it is told to ask, whether
 * the issuers can be used and NATS is set up so that the callout is safe. Changes
 * nothing.
 */
import { parseArgs } from "node:util";
import { systemClock } from "../base/time.ts";
import type { Config } from "../config/config.ts";
import { loadConfig, ownConfiguration } from "../config/load.ts";
import { type Finding, type SetupDocuments, unknown } from "./finding.ts";
import { formatCounts, formatFinding } from "./finding_text.ts";
import { inquire, listInquiries } from "./issuer_findings.ts";
import { authUsersOf, readSetup, readUserJwt } from "./monitoring_documents.ts";
import { judgeRules } from "./rule_findings.ts";
import { judgeSentinel } from "./sentinel_findings.ts";
import { judgeSetup } from "./setup_findings.ts";
import { EXIT_FAILED, EXIT_OK, print } from "./terminal.ts";
import { UsageError, withUsage } from "./usage.ts";

const USAGE =
  `Checks the configuration and, if told to ask, the issuers and NATS.

Usage: deno task check [--issuers] [--server URL] [--sentinel FILE]

  --issuers        fetch the keys of all issuers, and ask whoever judges tokens about
                   one that is made up, which has to be refused; no user's token is
                   sent
  --server URL     monitoring of a NATS server, http://127.0.0.1:8222 for instance
  --sentinel FILE  a file that holds the sentinel's JWT; nats-server's own
                   configuration with its default_sentinel will do; - reads
                   standard input
  --help           this text

CALLOUT_CONFIG names the configuration, config/callout.yaml unless set.
Exit code 1 if something is wrong, 2 if the configuration cannot be used.`;

export async function run(args: readonly string[]): Promise<number> {
  return await withUsage(USAGE, args, async () => {
    const { values } = parseArgs({
      args: [...args],
      options: {
        issuers: { type: "boolean" },
        server: { type: "string" },
        sentinel: { type: "string" },
      },
    });
    return await check(values);
  });
}

interface Options {
  readonly issuers?: boolean | undefined;
  readonly server?: string | undefined;
  readonly sentinel?: string | undefined;
}

async function check(
  { issuers = false, sentinel, server }: Options,
): Promise<number> {
  const { config, warnings } = loadConfig(ownConfiguration());
  if (sentinel !== undefined && config.nats.credentials.kind === "nkey") {
    throw new UsageError(
      "--sentinel: there is none without an operator (nats.mode: server_configuration)",
    );
  }
  // First, so that a wrong address is told before anybody else is waited for.
  const documents = server === undefined
    ? undefined
    : await readSetup(config, server);
  const findings: Finding[] = [
    {
      verdict: "good",
      where: "configuration",
      what: "every setting can be used",
    },
    ...warnings.map(({ detail, isWrong, remedy, setting }): Finding => ({
      verdict: isWrong ? "wrong" : "doubtful",
      where: setting,
      what: detail,
      ...(remedy === undefined ? {} : { remedy }),
    })),
  ];
  findings.push(...judgeRules(config.rules));
  const inquiries = listInquiries(config);
  if (issuers) findings.push(...await inquire(inquiries));
  else if (inquiries.length > 0) findings.push(ISSUERS_NOT_ASKED);
  if (server === undefined) {
    findings.push(
      unknown(
        "NATS",
        "no server is named",
        "add --server http://127.0.0.1:8222",
      ),
    );
  }
  if (documents !== undefined) findings.push(...judgeSetup(config, documents));
  findings.push(...await judgeSentinelIn(sentinel, config, documents));
  findings.forEach((finding) => print(formatFinding(finding)));
  print(`\n${formatCounts(findings)}`);
  return findings.some(({ verdict }) => verdict === "wrong")
    ? EXIT_FAILED
    : EXIT_OK;
}

const ISSUERS_NOT_ASKED: Finding = unknown(
  "issuers",
  "nobody was asked for keys, or about tokens",
  "add --issuers",
);

/** @param file With the sentinel's JWT; - is standard input. */
async function judgeSentinelIn(
  file: string | undefined,
  { callout, nats }: Config,
  documents: SetupDocuments | undefined,
): Promise<readonly Finding[]> {
  if (nats.credentials.kind === "nkey") return [];
  if (file === undefined) return documents === undefined ? [] : [NO_SENTINEL];
  const claims = readUserJwt(await readText(file), file);
  return judgeSentinel(claims, {
    calloutAccount: callout.account,
    authUsers: documents && authUsersOf(documents),
    now: systemClock(),
  });
}

const NO_SENTINEL: Finding = unknown(
  "sentinel",
  "monitoring does not show it",
  "add --sentinel and the file of nats-server's configuration that has default_sentinel, or - for standard input",
);

async function readText(file: string): Promise<string> {
  if (file === "-") return await new Response(Deno.stdin.readable).text();
  try {
    return await Deno.readTextFile(file);
  } catch {
    throw new UsageError(
      `Cannot read ${file}: --sentinel names a file with the sentinel's JWT`,
    );
  }
}

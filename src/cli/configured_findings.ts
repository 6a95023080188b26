/**
 * Judges NATS without an operator, whose accounts stand in the server's own
 * configuration: monitoring shows less of it, and what it does not show is said.
 *
 * @see nats-server `monitor.go`, AccountInfo
 */
import { isJsonObject, type JsonObject, member } from "../base/json.ts";
import type { Config } from "../config/config.ts";
import {
  judgeJetStream,
  judgeOthers,
  judgeShares,
} from "./account_findings.ts";
import {
  type Finding,
  list,
  type SetupDocuments,
  text,
  unknown,
  verdict,
} from "./finding.ts";

export function judgeConfigured(
  config: Config,
  documents: SetupDocuments,
): readonly Finding[] {
  return [
    ...judgeCalloutAccount(config, documents),
    unknown(
      "auth_callout",
      "monitoring does not show it",
      "compare by eye: issuer with callout.account, xkey with the public key of callout.xkey, and auth_users, which should name the service's own user alone",
    ),
    ...config.accounts.map(({ name }) =>
      verdict({
        good: documents.accounts.get(name) !== undefined,
        bad: "wrong",
        where: `account ${name}`,
        what: "the server has it",
        instead: "the server has none of that name",
        remedy: "compare accounts in nats-server's configuration",
      })
    ),
  ];
}

function judgeCalloutAccount(
  config: Config,
  documents: SetupDocuments,
): readonly Finding[] {
  const { calloutAccount, calloutName, varz } = documents;
  if (calloutAccount === undefined) {
    return [
      unknown(
        "account AUTH",
        "the service is not connected to this server, whose monitoring does not say which account it is",
        "start the service, or name the server that it is connected to",
      ),
    ];
  }
  const imports = list(calloutAccount, "imports").filter((each) =>
    !isServersOwn(each, text(varz, "system_account"))
  );
  return [
    verdict({
      good: !config.accounts.some(({ name }) => name === calloutName),
      bad: "wrong",
      where: "accounts",
      what: "none of them is the account of the callout",
      instead:
        `${calloutName} is the account of the callout: its users can read requests, with everybody's tokens`,
      remedy: "place users in an account of their own",
    }),
    judgeJetStream(
      member(calloutAccount, "jetstream_enabled") === true,
      "take jetstream out of the account in nats-server's configuration",
    ),
    judgeShares(imports.length, list(calloutAccount, "exports").length),
    judgeOthers(documents),
  ];
}

/** Services that every account has of the system account. */
function isServersOwn(entry: unknown, systemAccount: string): boolean {
  const share: JsonObject = isJsonObject(entry) ? entry : {};
  return text(share, "type") === "service" &&
    text(share, "account") === systemAccount &&
    /^\$(?:SYS\.REQ|JS\.API)\./.test(text(share, "local_subject"));
}

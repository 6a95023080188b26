/**
 * The service in a program of one's own: its options, and its start.
 */
import { SESSION_SECONDS_MAX, SESSION_SECONDS_MIN } from "../base/limits.ts";
import { monotonicClock, systemClock } from "../base/time.ts";
import { untilAborted } from "../base/until_aborted.ts";
import type { Authenticate } from "../identity/authenticate.ts";
import { createAuthenticator } from "../identity/authenticator.ts";
import type { AuthenticatorOptions } from "../identity/authenticator_options.ts";
import { authenticatorProblems } from "../identity/authenticator_problems.ts";
import { nameIssuers } from "../identity/issuer_names.ts";
import { listIssuerTokens } from "../identity/issuer_tokens.ts";
import { checkRange } from "../identity/option_checks.ts";
import { createOwnJudge } from "../identity/own_judge.ts";
import {
  type CalloutService,
  startCalloutService,
} from "../nats/callout_service.ts";
import { endWith } from "../nats/end_with.ts";
import {
  type CheckedOptions,
  optionProblems,
  optionsError,
} from "../nats/option_problems.ts";
import type { Permit } from "../permissions/grant.ts";
import {
  type NamedIssuer,
  readIssuerLabels,
} from "../permissions/issuer_labels.ts";
import { describeIssues, RulesFault } from "../permissions/rule_fault.ts";
import type { RuleOptions } from "../permissions/rule_options.ts";
import { createRules, DEFAULT_RULES } from "../permissions/rules.ts";
import { describeUnmetRules } from "../permissions/server_need.ts";
import { createLog, type Log } from "../telemetry/log.ts";
import { shieldLog } from "../telemetry/log_shield.ts";
import { shapeProblems } from "./option_shapes.ts";
import { FileFault, readTextFile } from "../config/text_file.ts";
import { fromPlain, type PlainOptions } from "./plain_options.ts";

/** What {@linkcode startCallout} runs with. */
export interface CalloutOptions extends PlainOptions {
  /**
   * Judges a bearer token. It may wait for as long as the context's signal is not
   * aborted. Instead of a function: the kinds of tokens that the service knows, as
   * in `{ issuers: [...] }`.
   */
  readonly authenticate: Authenticate | AuthenticatorOptions;
  /**
   * Who issues the identities, as rules know them. Equal subs of two issuers are
   * two people: at most one goes without a label, the others' users are
   * `users.<label>=<sub>.>`. Where `authenticate` is a function and `permit` is
   * none, all have to be named, and identities of others are refused; where it
   * lists kinds of tokens, only labels are said here.
   */
  readonly issuers?: readonly NamedIssuer[];
  /** Decides about grants: rules as in the configuration, or a function; `users.<sub>.>` unless given. */
  readonly permit?: Permit | readonly RuleOptions[];
  /** Longest session, in seconds; an hour unless given. */
  readonly sessionSecondsMax?: number;
  /**
   * Where to log. Unless given: LogTape's logger `nats-auth-callout` if your program
   * has configured LogTape (logins are among the lines), else JSON lines on stdout.
   * If it throws, service goes on: the process gets one `warning`, and the log a
   * line with the code `log_lines_lost` and their count once it works again.
   */
  readonly log?: Log;
  /** Gives up connecting. Afterwards `stop()` ends the service. */
  readonly signal?: AbortSignal;
}

const SESSION_SECONDS = 3_600;

/**
 * Runs the callout. Resolves when requests are taken.
 *
 * @throws {TypeError} If options cannot be used; names them all.
 * @throws {UnsupportedOptionError} If there is a client certificate that cannot be shown.
 * @throws {ServerTooOldError} If NATS cannot keep the rules.
 * @throws {CalloutAccountError} If one of the accounts is the service's own.
 * @throws {SubscriptionRefusedError} If the service's user may not subscribe.
 * @throws {DOMException} If the signal is aborted before NATS is reached.
 */
export async function startCallout(
  options: CalloutOptions,
): Promise<CalloutService> {
  const checked = check(options);
  const { signal = new AbortController().signal } = options;
  if (options.log !== undefined) {
    return await start({ ...checked, log: shieldLog(options.log) }, signal);
  }
  const log = createLog({ format: "json", level: "info" });
  // Its last lines, and counts of what was left out, are still on their way.
  return await endWith(start({ ...checked, log }, signal), () => log.close());
}

interface Checked {
  readonly settings: CheckedOptions;
  readonly permit: Permit;
  readonly authenticate: Authenticate | AuthenticatorOptions;
}

async function start(
  { settings, permit, authenticate, log }: Checked & { readonly log: Log },
  signal: AbortSignal,
): Promise<CalloutService> {
  const rest = { ...settings, permit, log };
  if (typeof authenticate === "function") {
    return await startCalloutService({ ...rest, authenticate }, signal);
  }
  const authenticator = createAuthenticator(authenticate, {
    log,
    clock: systemClock,
    monotonic: monotonicClock,
  });
  async function startWith(): Promise<CalloutService> {
    // The keys, of issuers that may be slow.
    await untilAborted(authenticator.start(), signal);
    const service = { ...rest, authenticate: authenticator.authenticate };
    return await startCalloutService(service, signal);
  }
  return await endWith(startWith(), () => authenticator.stop());
}

/** Before anybody is asked for keys or connected to: all problems in one error. */
function check(options: CalloutOptions): Checked {
  const misshapen = shapeProblems(options);
  if (misshapen.length > 0) throw optionsError(misshapen);
  const { authenticate } = options;
  const settings = fromPlain(options);
  const tokenProblems = typeof authenticate === "function"
    ? []
    : authenticatorProblems(authenticate).map(({ text }) =>
      `authenticate.${text}`
    );
  const { permit, problems: permitProblems, ...rest } = toPermit(
    options,
    tokenProblems.length === 0,
  );
  const problems = [
    ...optionProblems(settings),
    ...sessionProblems(options),
    ...issuerProblems(options),
    ...tlsProblems(options),
    ...permitProblems,
    ...tokenProblems,
  ];
  if (permit === undefined || problems.length > 0) throw optionsError(problems);
  return {
    settings: { ...settings, ...rest },
    permit,
    authenticate: typeof authenticate === "function"
      ? createOwnJudge(authenticate, {
        issuers: options.issuers?.map(({ issuer }) => issuer),
        clock: systemClock,
      })
      : authenticate,
  };
}

const TLS_FILES = [
  { option: "caFile", secret: false },
  { option: "certFile", secret: false },
  { option: "keyFile", secret: true },
] as const;

const TLS_FILE_BYTES_MAX = 1024 * 1024;

/** The client of NATS reads them each time that it connects, and would try for ever. */
function tlsProblems(
  { nats: { tls = {} } }: CalloutOptions,
): readonly string[] {
  return TLS_FILES.flatMap(({ option, secret }) => {
    const path = tls[option];
    if (path === undefined) return [];
    const bytesMax = TLS_FILE_BYTES_MAX;
    const found = readTextFile({ path, secret, bytesMax });
    return found instanceof FileFault
      ? [`nats.tls.${option} ${found.problem}: ${found.remedy}`]
      : [];
  });
}

function sessionProblems(
  { sessionSecondsMax }: CalloutOptions,
): readonly string[] {
  const problems: string[] = [];
  checkRange("sessionSecondsMax", sessionSecondsMax, {
    min: SESSION_SECONDS_MIN,
    max: SESSION_SECONDS_MAX,
  }, (option, problem) => problems.push(`${option} ${problem}`));
  return problems;
}

/** What lets nobody in is more likely a mishap than a wish. */
function issuerProblems(
  { authenticate, issuers = [] }: CalloutOptions,
): readonly string[] {
  const nameless = issuers.flatMap(({ issuer }, index) =>
    issuer === ""
      ? [
        `issuers[${index}].issuer is empty: give its name, as identities have it`,
      ]
      : []
  );
  return typeof authenticate === "function" ||
      listIssuerTokens(authenticate).length > 0
    ? nameless
    : [
      ...nameless,
      "authenticate names nobody whose tokens are accepted: list an issuer, or give a function",
    ];
}

type Permitting =
  & Pick<CheckedOptions, "issuerLabels" | "versionProblem" | "ruleWarnings">
  & {
    readonly permit?: Permit;
    readonly problems: readonly string[];
  };

/** @param areTokensSound What is certain of their claims can be relied on. */
function toPermit(
  options: CalloutOptions,
  areTokensSound: boolean,
): Permitting {
  const { accounts, authenticate, permit = DEFAULT_RULES } = options;
  if (typeof permit === "function") return { permit, problems: [] };
  const { named, problems, tokens } = nameIssuers(
    authenticate,
    options.issuers ?? [],
  );
  const { labels, problems: labelProblems } = readIssuerLabels(named);
  const rules = createRules(permit, {
    accounts: accounts.map(({ name, scopedKeys = [] }) => ({
      name,
      scopedKeys: scopedKeys.map((key) => key.name),
    })),
    account: accounts[0]?.name,
    sessionSecondsMax: options.sessionSecondsMax ?? SESSION_SECONDS,
    issuerLabels: labels,
    tokens: areTokensSound
      ? tokens
      : tokens.map((each) => ({ ...each, claims: [] })),
    connectionTypes: options.callout.connectionTypes,
  });
  return {
    ...(rules instanceof RulesFault ? {} : {
      permit: rules.permit,
      issuerLabels: labels,
      versionProblem: (version) => describeUnmetRules(rules.needs, version),
      ruleWarnings: describeIssues({ issues: rules.warnings }, "permit"),
    }),
    problems: [
      ...problems,
      ...labelProblems.map(({ index, problem }) =>
        `issuers: the label of "${named[index]?.issuer}" ${problem}`
      ),
      ...rules instanceof RulesFault ? describeIssues(rules, "permit") : [],
    ],
  };
}

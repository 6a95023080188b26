/**
 * Finds subjects that are wider than their author may have meant.
 */
import type { SubjectLists } from "./compile_subjects.ts";
import { CONSUMER_CAUTION, STREAMS_CAUTION } from "./preset.ts";
import { Fault } from "./rule_fault.ts";
import {
  ANY,
  REST,
  type SubjectTemplate,
  templateText,
  type TemplateToken,
} from "./subject_template.ts";
import { covers } from "./template_relation.ts";

type Tokens = SubjectTemplate["tokens"];

/** What stands behind the beginning of what NATS keeps, at most: `?` is a word that nobody has written. */
const DEPTHS = ["?", "?.?", "?.?.?", "?.?.?.?"];

/** One direction of a rule. */
export interface Granted {
  /** With what presets add and what is denied without being written. */
  readonly all: SubjectLists;
  readonly written: SubjectLists;
  readonly side: "publish" | "subscribe";
  /** Whether the rule is for whoever has a token. */
  readonly isForEverybody: boolean;
}

/** What stands below one beginning. */
interface Kept {
  readonly beginning: string;
  /** What whoever may use all of it has. */
  readonly what: string;
  readonly all: Tokens;
  /** Subjects of it whose words nobody has written, one of each depth. */
  readonly samples: readonly Tokens[];
}

const SYSTEM = keep("$SYS", "the server's own events and requests");

const IN_BOTH: readonly Kept[] = [
  keep("$KV", "the entries of all key-value buckets"),
  keep("$O", "the contents of all object stores"),
  keep("$MQTT", "the sessions and messages of all MQTT clients"),
  keep("_INBOX", "everybody's replies"),
];

/** What NATS keeps for itself. */
const KEPT: Readonly<Record<Granted["side"], readonly Kept[]>> = {
  publish: [
    SYSTEM,
    keep("$JS.API", "JetStream's requests, by which one owns all streams"),
    ...IN_BOTH,
  ],
  subscribe: [
    SYSTEM,
    keep("$JS.API", "what everybody asks of JetStream"),
    ...IN_BOTH,
    // Where a service answers whoever asks from another account.
    keep("_R_", "what services answer other accounts"),
  ],
};

/** Where every user has a place of their own. */
const USERS = keep("users", "the subjects of all users");

/** Where replies come, unless a rule says otherwise. */
const INBOXES = keep("users.*._INBOX", "everybody's replies");

/** Requests to JetStream about any stream, in the place of whose name is a `?`. */
const REQUESTS: readonly (readonly [request: Tokens, what: string])[] = [
  [tokensOf("$JS.API.STREAM.CREATE.?"), STREAMS_CAUTION],
  [tokensOf("$JS.API.STREAM.UPDATE.?"), STREAMS_CAUTION],
  [tokensOf("$JS.API.CONSUMER.CREATE.?"), CONSUMER_CAUTION],
  [tokensOf("$JS.API.CONSUMER.CREATE.?.?"), CONSUMER_CAUTION],
  [tokensOf("$JS.API.CONSUMER.CREATE.?.?.?"), CONSUMER_CAUTION],
  [tokensOf("$JS.API.CONSUMER.DURABLE.CREATE.?.?"), CONSUMER_CAUTION],
];

export function findWide(
  { all, isForEverybody, side, written }: Granted,
): readonly Fault[] {
  const kept = [...KEPT[side], ...(isForEverybody ? [USERS] : [])];
  const isOpen = (each: Kept): boolean => !isDenied(each.all, written.deny);
  const open = kept.filter(isOpen);
  // Whoever may have users.> is meant to have these, too.
  const inboxes = written.allow.filter(({ tokens }) =>
    side === "subscribe" && tokens[2]?.kind === "literal" && isOpen(INBOXES)
  );
  return [
    ...all.allow.flatMap((subject) =>
      judgeBeginning(subject, open, open.length < kept.length)
    ),
    ...written.allow.flatMap((subject) => judgeKept(subject, open)),
    ...inboxes.flatMap((subject) => judgeKept(subject, [INBOXES])),
    ...(side === "publish" ? judgeRequests(written, open) : []),
  ];
}

/** Whether the rule itself takes it away again. */
function isDenied(
  subject: Tokens,
  denied: readonly SubjectTemplate[],
): boolean {
  return denied.some(({ tokens }) => covers(tokens, subject));
}

/** @param open What NATS keeps and the rule does not deny. */
function judgeBeginning(
  subject: SubjectTemplate,
  open: readonly Kept[],
  deniesSome: boolean,
): readonly Fault[] {
  const [first] = subject.tokens;
  if (first?.kind !== "value" && open.length === 0) return [];
  switch (first?.kind) {
    case "rest":
      return [
        deniesSome
          ? new Fault(
            `allows >, and with it ${open.map(({ what }) => what).join("; ")}`,
            `deny ${
              open.map(({ beginning }) => `${beginning}.>`).join(", ")
            } as well, or name the subjects that are needed`,
          )
          : new Fault(
            "allows everything in the account, other users' replies and JetStream included",
            "name the subjects that are needed",
          ),
      ];
    case "any":
      // Neither is of one token.
      if (subject.tokens.length === 1) return [];
      return [
        new Fault(
          `begins with a wildcard, as ${
            templateText(subject)
          }: other users' subjects and what NATS keeps for itself are in it`,
          "name the subjects that are needed",
        ),
      ];
    case "value":
      return [
        new Fault(
          `begins with a value, as ${templateText(subject)}`,
          "whoever can get the value users gets everybody's subjects: put a word of your own first",
        ),
      ];
    default:
      return [];
  }
}

function judgeKept(
  subject: SubjectTemplate,
  kept: readonly Kept[],
): readonly Fault[] {
  const { tokens } = subject;
  if (tokens[0]?.kind !== "literal") return [];
  return kept.filter(({ samples }) =>
    samples.some((sample) => covers(tokens, sample))
  ).map(({ what }) =>
    new Fault(
      `allows ${templateText(subject)}, and with it ${what}`,
      "name the subjects that are needed, or write a preset",
    )
  );
}

function judgeRequests(
  { allow, deny }: SubjectLists,
  kept: readonly Kept[],
): readonly Fault[] {
  return allow.flatMap((subject) => {
    // Of more than these it is said already.
    if (judgeKept(subject, kept).length > 0) return [];
    if (subject.tokens[0]?.kind !== "literal") return [];
    const open = REQUESTS.filter(([request]) =>
      covers(subject.tokens, request) && !isDenied(request, deny)
    );
    return [...new Set(open.map(([, what]) => what))].map((what) =>
      new Fault(
        `allows ${templateText(subject)}, for whatever stream: ${what}`,
        "name the stream, or write a preset",
      )
    );
  });
}

function keep(beginning: string, what: string): Kept {
  const samples = DEPTHS.map((words) => tokensOf(`${beginning}.${words}`));
  return { beginning, what, all: [...tokensOf(beginning), REST], samples };
}

function tokensOf(text: string): Tokens {
  return text.split(".").map((word): TemplateToken =>
    word === "*" ? ANY : { kind: "literal", text: word }
  );
}

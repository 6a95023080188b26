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

interface Request {
  readonly tokens: Tokens;
  /** What whoever may ask it of any stream has. */
  readonly caution: string;
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
    // Shorter ones ask for an overview alone.
    keep(
      "$JS.API",
      "JetStream's requests, by which one owns all streams",
      DEPTHS.slice(2),
    ),
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

const RESTORE_CAUTION =
  "whoever may also send what is restored ($JS.SNAPSHOT.RESTORE.>) creates streams";
const READ_CAUTION = "what streams hold can be read";
const DELETE_CAUTION = "what streams hold can be deleted";

/** Requests to JetStream about any stream, in the place of whose name is a `?`. */
const REQUESTS: readonly Request[] = [
  ...requests(STREAMS_CAUTION, "STREAM.CREATE.?", "STREAM.UPDATE.?"),
  ...requests(
    CONSUMER_CAUTION,
    "CONSUMER.CREATE.?",
    "CONSUMER.CREATE.?.?",
    "CONSUMER.CREATE.?.?.?",
    "CONSUMER.DURABLE.CREATE.?.?",
  ),
  ...requests(RESTORE_CAUTION, "STREAM.RESTORE.?"),
  ...requests(
    READ_CAUTION,
    "STREAM.SNAPSHOT.?",
    "STREAM.MSG.GET.?",
    "DIRECT.GET.?",
    "DIRECT.GET.?.?",
  ),
  ...requests(
    DELETE_CAUTION,
    "STREAM.DELETE.?",
    "STREAM.PURGE.?",
    "STREAM.MSG.DELETE.?",
  ),
];

/** Of whoever has all streams anyway these are not said. */
const LESSER_CAUTIONS = [RESTORE_CAUTION, READ_CAUTION, DELETE_CAUTION];

export function findWide(
  { all, isForEverybody, side, written }: Granted,
): readonly Fault[] {
  const kept = [...KEPT[side], ...(isForEverybody ? [USERS] : [])];
  const { allow, deny } = written;
  const open = kept.filter((each) => !isDenied(each.all, deny));
  // Whoever may have users.> is meant to have these, too.
  const inboxes = allow.filter(({ tokens }) =>
    side === "subscribe" && tokens[2]?.kind === "literal"
  );
  return [
    ...all.allow.flatMap((subject) =>
      judgeBeginning(subject, open, open.length < kept.length)
    ),
    ...allow.flatMap((subject) => judgeKept(subject, kept, deny)),
    ...inboxes.flatMap((subject) => judgeKept(subject, [INBOXES], deny)),
    ...(side === "publish" ? judgeRequests(written, kept) : []),
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
  denied: readonly SubjectTemplate[],
): readonly Fault[] {
  const { tokens } = subject;
  if (tokens[0]?.kind !== "literal") return [];
  return kept.filter(({ all, samples }) =>
    samples.some((sample) => covers(tokens, inDomainOf(tokens, sample))) &&
    !isDenied(inDomainOf(tokens, all), denied)
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
    const { tokens } = subject;
    // Of more than these it is said already.
    if (judgeKept(subject, kept, deny).length > 0) return [];
    if (tokens[0]?.kind !== "literal") return [];
    const open = REQUESTS.filter((request) => {
      const asked = inDomainOf(tokens, request.tokens);
      return covers(tokens, asked) && !isDenied(asked, deny);
    });
    const cautions = new Set(open.map(({ caution }) => caution));
    if (cautions.has(STREAMS_CAUTION)) {
      LESSER_CAUTIONS.forEach((caution) => cautions.delete(caution));
    }
    return [...cautions].map((caution) =>
      new Fault(
        `allows ${templateText(subject)}, for whatever stream: ${caution}`,
        "name the stream, or write a preset",
      )
    );
  });
}

/**
 * What is kept, as the JetStream of the subject's domain has it: `$JS.hub.API` is
 * another server's `$JS.API`, and reached through leaf nodes. A domain that is
 * named after who is connected is their own.
 */
function inDomainOf([, domain, api]: Tokens, kept: Tokens): Tokens {
  if (api?.kind !== "literal" || api.text !== "API") return kept;
  return domain?.kind === "literal" || domain?.kind === "any"
    ? [...kept.slice(0, 1), domain, ...kept.slice(1)]
    : kept;
}

function keep(
  beginning: string,
  what: string,
  depths: readonly string[] = DEPTHS,
): Kept {
  const samples = depths.map((words) => tokensOf(`${beginning}.${words}`));
  return { beginning, what, all: [...tokensOf(beginning), REST], samples };
}

function requests(
  caution: string,
  ...all: readonly string[]
): readonly Request[] {
  return all.map((request) => ({
    tokens: tokensOf(`$JS.API.${request}`),
    caution,
  }));
}

function tokensOf(text: string): Tokens {
  return text.split(".").map((word): TemplateToken =>
    word === "*" ? ANY : { kind: "literal", text: word }
  );
}

/**
 * Finds subjects that are wider than their author may have meant.
 */
import type { SubjectLists } from "./compile_subjects.ts";
import { CONSUMER_CAUTION, STREAMS_CAUTION } from "./preset.ts";
import { Fault } from "./rule_fault.ts";
import {
  parseSubjectTemplate,
  type SubjectTemplate,
  templateText,
} from "./subject_template.ts";
import { covers } from "./template_relation.ts";

/** What NATS keeps below these, and what whoever may use all of it has. */
const KEPT: readonly (readonly [beginning: string, what: string])[] = [
  ["$SYS", "the server's own events and requests"],
  ["$JS.API", "JetStream's requests, by which one owns all streams"],
  ["$KV", "the entries of all key-value buckets"],
  ["$O", "the contents of all object stores"],
  ["$MQTT", "the sessions and messages of all MQTT clients"],
  ["_INBOX", "everybody's replies"],
];

/** Where a service answers whoever asks from another account. */
const ANSWERS = ["_R_", "what services answer other accounts"] as const;

/** Requests to JetStream about any stream, in the place of whose name is a `?`. */
const REQUESTS: readonly (readonly [subject: string, what: string])[] = [
  ["$JS.API.STREAM.CREATE.?", STREAMS_CAUTION],
  ["$JS.API.STREAM.UPDATE.?", STREAMS_CAUTION],
  ["$JS.API.CONSUMER.CREATE.?", CONSUMER_CAUTION],
  ["$JS.API.CONSUMER.CREATE.?.?", CONSUMER_CAUTION],
  ["$JS.API.CONSUMER.CREATE.?.?.?", CONSUMER_CAUTION],
  ["$JS.API.CONSUMER.DURABLE.CREATE.?.?", CONSUMER_CAUTION],
];

/** Where every user has a place of their own. */
const USERS = ["users", "the subjects of all users"] as const;

/** Where replies come, unless a rule says otherwise. */
const INBOXES = ["users.*._INBOX", "everybody's replies"] as const;

/** One direction of a rule. */
export interface Granted {
  /** With what presets add and what is denied without being written. */
  readonly all: SubjectLists;
  readonly written: SubjectLists;
  readonly side: "publish" | "subscribe";
  /** Whether the rule is for whoever has a token. */
  readonly isForEverybody: boolean;
}

export function findWide(
  { all, isForEverybody, side, written }: Granted,
): readonly Fault[] {
  const kept = [
    ...KEPT,
    ...(side === "subscribe" ? [ANSWERS] : []),
    ...(isForEverybody ? [USERS] : []),
  ];
  const isOpen = ([beginning]: typeof KEPT[number]): boolean =>
    !isDenied(beginning, written.deny);
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

/** Whether the rule itself takes all of it away again. */
function isDenied(
  beginning: string,
  denied: readonly SubjectTemplate[],
): boolean {
  const below = parseSubjectTemplate(`${beginning}.>`);
  return !(below instanceof Fault) &&
    denied.some(({ tokens }) => covers(tokens, below.tokens));
}

/** @param open What NATS keeps and the rule does not deny. */
function judgeBeginning(
  subject: SubjectTemplate,
  open: typeof KEPT,
  deniesSome: boolean,
): readonly Fault[] {
  const [first] = subject.tokens;
  if (first?.kind !== "value" && open.length === 0) return [];
  switch (first?.kind) {
    case "rest":
      return [
        deniesSome
          ? new Fault(
            `allows >, and with it ${open.map(([, what]) => what).join("; ")}`,
            `deny ${
              open.map(([beginning]) => `${beginning}.>`).join(", ")
            } as well, or name the subjects that are needed`,
          )
          : new Fault(
            "allows everything in the account, other users' replies and JetStream included",
            "name the subjects that are needed",
          ),
      ];
    case "any":
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
  kept: typeof KEPT,
): readonly Fault[] {
  if (subject.tokens[0]?.kind !== "literal") return [];
  return kept.filter(([beginning]) => coversAny(subject, beginning)).map((
    [, what],
  ) =>
    new Fault(
      `allows ${templateText(subject)}, and with it ${what}`,
      "name the subjects that are needed, or write a preset",
    )
  );
}

function judgeRequests(
  { allow, deny }: SubjectLists,
  kept: typeof KEPT,
): readonly Fault[] {
  return allow.flatMap((subject) => {
    // Of more than these it is said already.
    if (judgeKept(subject, kept).length > 0) return [];
    if (subject.tokens[0]?.kind !== "literal") return [];
    const open = REQUESTS.filter(([request]) => {
      const tokens = request.split(".").map((text) =>
        ({ kind: "literal", text }) as const
      );
      return covers(subject.tokens, tokens) &&
        !deny.some((denied) => covers(denied.tokens, tokens));
    });
    return [...new Set(open.map(([, what]) => what))].map((what) =>
      new Fault(
        `allows ${templateText(subject)}, for whatever stream: ${what}`,
        "name the stream, or write a preset",
      )
    );
  });
}

/** So many tokens at most stand behind the beginning of what NATS keeps. */
const DEPTH_MAX = 4;

/** Whether it holds subjects below the beginning whatever their words are. */
function coversAny({ tokens }: SubjectTemplate, beginning: string): boolean {
  return Array.from({ length: DEPTH_MAX }, (_, depth) => depth + 1)
    .some((depth) => {
      const words = [beginning, ...new Array<string>(depth).fill(ANY_WORD)];
      const below = parseSubjectTemplate(words.join("."));
      return !(below instanceof Fault) && covers(tokens, below.tokens);
    });
}

/** In the place of a word that nobody has written. */
const ANY_WORD = "?";

/**
 * Presets: the subjects that a common use of NATS needs, under one name. Each is
 * listed in docs/RULES.md and tried on a real server with a real client.
 *
 * @see nats-server `jetstream_api.go`, ADR-8 (key-value), ADR-20 (object store),
 *   ADR-32 (services)
 */
import { Fault } from "./rule_fault.ts";
import type { PresetArguments, PresetOptions } from "./rule_options.ts";

/** What a preset adds to a rule. Subjects are templates still. */
export interface PresetSubjects {
  readonly publish: readonly string[];
  readonly subscribe: readonly string[];
  /** Whether it lives on replies, and so needs the rule's inbox. */
  readonly needsInbox: boolean;
  /** Whether it answers requests. */
  readonly responds: boolean;
  /** What an operator should know before handing it out. */
  readonly caution?: string | undefined;
}

interface Preset {
  /** What it needs to be told. The first is what a plain text after the name means. */
  readonly needs: readonly ArgumentName[];
  readonly expand: (argument: (name: ArgumentName) => string) => PresetParts;
}

type PresetParts = Partial<PresetSubjects>;

type ArgumentName = keyof typeof ARGUMENTS;

interface ArgumentForm {
  readonly regexp: RegExp;
  readonly words: string;
  /** What it is when it is left out. */
  readonly fallback?: string;
}

/** Names of streams and buckets stand inside of a token, so they are written out. */
const NAME: ArgumentForm = {
  regexp: /^[A-Za-z0-9_-]{1,128}$/,
  words: "a name of letters, digits, - and _, without ${...}",
};

/** Holds the user, and no wildcard. */
const OWN_BEGINNING_REGEXP = /^(?!.*(?:^|\.)[*>](?:\.|$)).*\$\{sub\}/;

const ARGUMENTS = {
  "bucket": NAME,
  "stream": NAME,
  "name": NAME,
  "durable": {
    regexp: /^(?:[A-Za-z0-9_-]{1,128}|\$\{[^}]+(?<!:path)\})$/,
    words: "a name of letters, digits, - and _, or one ${...}",
  },
  "keys": {
    regexp: OWN_BEGINNING_REGEXP,
    words: "the beginning of a key that holds ${sub}, as in users.${sub}",
    fallback: "${sub}",
  },
  "topics": {
    regexp: OWN_BEGINNING_REGEXP,
    words: "the beginning of a subject that holds ${sub}, as in devices.${sub}",
    fallback: "users.${sub}",
  },
} as const satisfies Readonly<Record<string, ArgumentForm>>;

const PRESETS: Readonly<Record<string, Preset>> = {
  "request_reply": { needs: [], expand: () => ({ needsInbox: true }) },
  "jetstream_consumer": {
    needs: ["stream", "durable"],
    expand: (argument) =>
      jetstreamConsumer(argument("stream"), argument("durable")),
  },
  "jetstream_admin": {
    needs: [],
    expand: () => ({
      publish: ["$JS.API.>", "$JS.ACK.>", "$JS.FC.>"],
      subscribe: ["$JS.EVENT.>"],
      needsInbox: true,
      caution: STREAMS_CAUTION,
    }),
  },
  "kv_read": {
    needs: ["bucket"],
    expand: (argument) => kvRead(argument("bucket")),
  },
  "kv_write": {
    needs: ["bucket", "keys"],
    expand: (argument) => kvWrite(argument("bucket"), argument("keys")),
  },
  "object_read": {
    needs: ["bucket"],
    expand: (argument) => objectRead(argument("bucket")),
  },
  "mqtt_sessions": {
    needs: ["topics"],
    expand: (argument) => {
      // The topic filter `a/#` means the subject `a` as well as `a.>`.
      const subjects = [argument("topics"), `${argument("topics")}.>`];
      return { publish: subjects, subscribe: subjects };
    },
  },
  "service_responder": {
    needs: ["name"],
    expand: (argument) => serviceResponder(argument("name")),
  },
};

export const PRESET_NAMES: readonly string[] = Object.keys(PRESETS);

/** The subjects of a preset as a rule names it. */
export function expandPreset(option: PresetOptions): PresetSubjects | Fault {
  const [name = "", given, ...more] = typeof option === "string"
    ? [option, {}]
    : Object.entries(option).flat();
  if (typeof name !== "string" || more.length > 0) {
    return new Fault(
      "names more than one preset in one entry",
      "make each an entry of its own",
    );
  }
  const preset = Object.hasOwn(PRESETS, name) ? PRESETS[name] : undefined;
  if (preset === undefined) {
    return new Fault(
      "is no preset",
      `there are: ${PRESET_NAMES.join(", ")}`,
    );
  }
  const values = readArguments(name, preset, given);
  if (values instanceof Fault) return values;
  return {
    publish: [],
    subscribe: [],
    needsInbox: false,
    responds: false,
    ...preset.expand((argument) => values.get(argument) ?? ""),
  };
}

function readArguments(
  name: string,
  { needs }: Preset,
  given: string | PresetArguments | undefined = {},
): ReadonlyMap<ArgumentName, string> | Fault {
  const [first] = needs;
  if (first === undefined) {
    return typeof given === "string" || Object.keys(given).length > 0
      ? new Fault(
        `${name} is told something and takes nothing`,
        `write ${name} alone`,
      )
      : new Map();
  }
  const named: PresetArguments = typeof given === "string"
    ? { [first]: given }
    : given;
  const unknown = Object.keys(named).find((argument) =>
    !needs.some((known) => known === argument)
  );
  if (unknown !== undefined) {
    return new Fault(
      `${name} takes no "${unknown}"`,
      `it takes ${needs.join(" and ")}`,
    );
  }
  const values = new Map<ArgumentName, string>();
  for (const argument of needs) {
    const form: ArgumentForm = ARGUMENTS[argument];
    const value = named[argument] ?? form.fallback;
    if (value === undefined || !form.regexp.test(value)) {
      return new Fault(
        `${name} ${
          value === undefined ? "lacks" : "has an unusable"
        } "${argument}"`,
        `write ${form.words}, as in ${example(name, needs)}`,
      );
    }
    values.set(argument, value);
  }
  return values;
}

function example(name: string, needs: readonly ArgumentName[]): string {
  const samples: Readonly<Record<ArgumentName, string>> = {
    "bucket": "settings",
    "stream": "ORDERS",
    "name": "prices",
    "durable": '"${sub}"',
    "keys": '"${sub}"',
    "topics": '"users.${sub}"',
  };
  const values = needs.map((argument) => `${argument}: ${samples[argument]}`);
  return `{ ${name}: { ${values.join(", ")} } }`;
}

/** Pull and acknowledge; the consumer itself is made by an administrator. */
function jetstreamConsumer(stream: string, durable: string): PresetParts {
  return {
    publish: [
      `$JS.API.CONSUMER.INFO.${stream}.${durable}`,
      `$JS.API.CONSUMER.MSG.NEXT.${stream}.${durable}`,
      `$JS.ACK.${stream}.${durable}.>`,
    ],
    needsInbox: true,
  };
}

/** Get by key and revision, keys, history, watch, status. */
function kvRead(bucket: string): PresetParts {
  const stream = `KV_${bucket}`;
  return {
    publish: [
      `$JS.API.STREAM.INFO.${stream}`,
      `$JS.API.STREAM.MSG.GET.${stream}`,
      `$JS.API.DIRECT.GET.${stream}`,
      `$JS.API.DIRECT.GET.${stream}.$KV.${bucket}.>`,
      ...ownConsumers(stream),
      `$JS.API.CONSUMER.CREATE.${stream}`,
      `$JS.API.CONSUMER.CREATE.${stream}.*`,
      `$JS.API.CONSUMER.CREATE.${stream}.*.$KV.${bucket}.>`,
    ],
    needsInbox: true,
    caution: CONSUMER_CAUTION,
  };
}

/**
 * Put, delete, purge, get and watch below the key's beginning. No get by
 * revision: its request would read any key.
 */
function kvWrite(bucket: string, keys: string): PresetParts {
  const stream = `KV_${bucket}`;
  return {
    publish: [
      `$KV.${bucket}.${keys}.>`,
      `$JS.API.STREAM.INFO.${stream}`,
      `$JS.API.DIRECT.GET.${stream}.$KV.${bucket}.${keys}.>`,
      ...ownConsumers(stream),
      `$JS.API.CONSUMER.CREATE.${stream}.*.$KV.${bucket}.${keys}.>`,
    ],
    needsInbox: true,
    caution:
      `whoever may write one key of a bucket can erase all of it with one message (Nats-Rollup: all), unless the stream ${stream} has allow_rollup_hdrs off, and can read the names of all keys; ${CONSUMER_CAUTION}`,
  };
}

/** Info, list, watch and get of whole objects. */
function objectRead(bucket: string): PresetParts {
  const stream = `OBJ_${bucket}`;
  return {
    publish: [
      // nats.js asks for it before it opens a store; it tells the account's limits and usage.
      "$JS.API.INFO",
      `$JS.API.STREAM.INFO.${stream}`,
      `$JS.API.STREAM.MSG.GET.${stream}`,
      `$JS.API.DIRECT.GET.${stream}.$O.${bucket}.>`,
      ...ownConsumers(stream),
      `$JS.API.CONSUMER.CREATE.${stream}.*.$O.${bucket}.>`,
    ],
    needsInbox: true,
    caution: CONSUMER_CAUTION,
  };
}

/** What whoever has JetStream's requests for any stream has. */
export const STREAMS_CAUTION =
  "whoever may create streams and consumers can read every message of the account and have messages delivered to any subject";

/** A consumer's name is one token of the request's subject, and clients choose it at random. */
export const CONSUMER_CAUTION =
  "whoever may create a consumer chooses the subject that its messages are delivered to, and can change and delete other consumers of the stream whose names are known";

/** Clients look at a consumer that they made, remove it when done, and answer its flow control. */
function ownConsumers(stream: string): readonly string[] {
  return [
    `$JS.API.CONSUMER.INFO.${stream}.*`,
    `$JS.API.CONSUMER.DELETE.${stream}.*`,
    `$JS.FC.${stream}.>`,
  ];
}

/** Answers discovery, and requests on the subjects that the rule itself lets it subscribe to. */
function serviceResponder(name: string): PresetParts {
  const verbs = ["PING", "INFO", "STATS"];
  return {
    subscribe: verbs.flatMap((verb) => [
      `$SRV.${verb}`,
      `$SRV.${verb}.${name}`,
      `$SRV.${verb}.${name}.>`,
    ]),
    responds: true,
    caution:
      "whoever is asked for all services ($SRV.PING) answers by any name that it likes: what discovery finds is what somebody says of themselves",
  };
}

import { assertEquals } from "@std/assert";
import {
  ISSUER,
  rulesOf,
  warningsOf,
} from "../../tests/fixtures/rules_scene.ts";
import type { GrantOptions, WhenOptions } from "./rule_options.ts";

const EVERYBODY: WhenOptions | undefined = undefined;
const SOME: WhenOptions = {
  issuer: ISSUER,
  claims: { groups: { contains: "ops" } },
};

const rows: [
  subject: string,
  everybody: string | undefined,
  some: string | undefined,
][] = [
  [">", "allows everything", "allows everything"],
  ["*", undefined, undefined],
  ["*.*", "begins with a wildcard", "begins with a wildcard"],
  ["*.>", "begins with a wildcard", "begins with a wildcard"],
  ["*.a", "begins with a wildcard", "begins with a wildcard"],
  ["${sub}.>", "begins with a value", "begins with a value"],
  ["$SYS.>", "allows $SYS.>, ", "allows $SYS.>, "],
  ["$JS.>", "allows $JS.>, ", "allows $JS.>, "],
  ["$JS.API.>", "allows $JS.API.>, ", "allows $JS.API.>, "],
  ["$JS.*.>", "allows $JS.*.>, ", "allows $JS.*.>, "],
  ["$JS.hub.API.>", "allows $JS.hub.API.>, ", "allows $JS.hub.API.>, "],
  ["$JS.*.API.>", "allows $JS.*.API.>, ", "allows $JS.*.API.>, "],
  ["$JS.${sub}.API.>", undefined, undefined],
  ["$JS.hub.API.INFO", undefined, undefined],
  ["$KV.settings.API.>", undefined, undefined],
  ["$KV.>", "allows $KV.>, ", "allows $KV.>, "],
  ["$KV.*.>", "allows $KV.*.>, ", "allows $KV.*.>, "],
  ["$O.>", "allows $O.>, ", "allows $O.>, "],
  ["$MQTT.>", "allows $MQTT.>, ", "allows $MQTT.>, "],
  ["_INBOX.>", "allows _INBOX.>, ", "allows _INBOX.>, "],
  ["_INBOX.*.*", "allows _INBOX.*.*, ", "allows _INBOX.*.*, "],
  ["users.>", "allows users.>, ", undefined],
  ["users.*.>", "allows users.*.>, ", undefined],
  ["users.${sub}.>", undefined, undefined],
  ["_INBOX.${sub}.>", undefined, undefined],
  ["$KV.settings.>", undefined, undefined],
  ["$JS.API.STREAM.INFO.ORDERS", undefined, undefined],
  ["$JS.API.*.*.*", "allows $JS.API.*.*.*, ", "allows $JS.API.*.*.*, "],
  ["$JS.ACK.ORDERS.>", undefined, undefined],
  ["$SYS.REQ.USER.INFO", undefined, undefined],
  ["a.>", undefined, undefined],
];

for (const [subject, everybody, some] of rows) {
  Deno.test(`H13 H14 ${subject} for everybody: ${everybody ?? "nothing is said"}; for some: ${some ?? "nothing"}`, () => {
    for (const side of ["publish", "subscribe"] as const) {
      for (
        const [when, problem] of [[EVERYBODY, everybody], [SOME, some]] as const
      ) {
        const found = warningsOf([{
          name: "a",
          when,
          grant: { [side]: subject },
        }]);
        const expected = problem === undefined
          ? []
          : [`0.grant.${side} ${problem}`];
        assertEquals(
          found.map((text) => text.slice(0, expected[0]?.length)),
          expected,
        );
      }
    }
  });
}

const selections: [why: string, when: WhenOptions, isForEverybody: boolean][] =
  [
    ["an issuer", { issuer: ISSUER }, true],
    ["a connection", { connection: "websocket" }, true],
    ["a kind", { kind: "jwt" }, true],
    ["all kinds", { kind: ["jwt", "api_token"] }, true],
    ["programs", { kind: "api_token" }, false],
    [
      "what everybody has",
      { claims: { sub: "present", iss: "present" } },
      true,
    ],
    ["a claim", { claims: { staff: "present" } }, false],
    ["a range", { source: "10.0.0.0/8" }, false],
    ["a claim of an issuer", SOME, false],
  ];

for (const [why, when, isForEverybody] of selections) {
  Deno.test(`H13 a rule by ${why} is ${isForEverybody ? "" : "not "}for everybody`, () => {
    const rule = { name: "a", when, grant: { subscribe: "users.>" } };
    assertEquals(
      warningsOf([rule]).some((text) =>
        text.startsWith("0.grant.subscribe allows users.>, ")
      ),
      isForEverybody,
    );
  });
}

const KEPT = [
  "$SYS.>",
  "$JS.>",
  "$KV.>",
  "$O.>",
  "$MQTT.>",
  "_INBOX.>",
  "_R_.>",
];
const denials: [
  allow: string,
  deny: readonly string[],
  everybody: string | undefined,
  some: string | undefined,
][] = [
  [">", [...KEPT, "users.>"], undefined, undefined],
  [">", KEPT, "allows >, and with it the subjects of all users", undefined],
  ["*.>", KEPT, "begins with a wildcard", undefined],
  [
    ">",
    KEPT.slice(1),
    "allows >, and with it the server's own events and requests; the subjects",
    "allows >, and with it the server's own",
  ],
  // Of no use: something of it is left.
  [">", ["$JS.API.STREAM.>"], "allows everything", "allows everything"],
  [">", ["a.>"], "allows everything", "allows everything"],
  ["$JS.>", ["$JS.API.>"], undefined, undefined],
  ["$JS.*.API.>", ["$JS.API.>"], "allows $JS.*.API", "allows $JS.*.API"],
  ["$JS.>", ["$JS.API.*"], "allows $JS.>, ", "allows $JS.>, "],
  ["users.>", ["users.*.>"], "allows users.>, ", undefined],
  ["${sub}.>", ["users.>"], "begins with a value", "begins with a value"],
];

for (const [allow, deny, everybody, some] of denials) {
  Deno.test(`H13 H14 ${allow} without ${deny.join()} for everybody: ${everybody ?? "nothing is said"}; for some: ${some ?? "nothing"}`, () => {
    for (const side of ["publish", "subscribe"] as const) {
      for (
        const [when, problem] of [[EVERYBODY, everybody], [SOME, some]] as const
      ) {
        const grant = { [side]: { allow, deny } };
        const found = warningsOf([{ name: "a", when, grant }]);
        const expected = problem === undefined
          ? []
          : [`0.grant.${side} ${problem}`];
        assertEquals(
          found.map((text) => text.slice(0, expected[0]?.length)),
          expected,
        );
      }
    }
  });
}

const inboxes: [subscribe: string, deny: string, problem?: string][] = [
  [
    "users.*._INBOX.>",
    "a",
    "allows users.*._INBOX.>, and with it everybody's replies",
  ],
  [
    "users.*._INBOX.*",
    "a",
    "allows users.*._INBOX.*, and with it everybody's replies",
  ],
  ["users.*._INBOX.>", "users.*._INBOX.>"],
  ["users.*._INBOX.a", "a"],
  ["users.${sub}._INBOX.>", "a"],
  ["users.>", "a"],
  [
    "_R_.>",
    "a",
    "allows _R_.>, and with it what services answer other accounts",
  ],
];

for (const [allow, deny, problem] of inboxes) {
  Deno.test(`H13 to receive ${allow} without ${deny}: ${problem ?? "nothing is said"}`, () => {
    const found = (side: "publish" | "subscribe"): readonly string[] => {
      const grant = { [side]: { allow, deny } };
      return warningsOf([{ name: "a", when: SOME, grant }])
        .filter((text) => text.includes(", and with it "));
    };
    const expected = problem === undefined
      ? []
      : [`0.grant.subscribe ${problem}`];
    assertEquals(found("subscribe"), expected);
    // A service may have to answer there.
    assertEquals(found("publish"), []);
  });
}

const jetstream: [side: "publish" | "subscribe", what: string][] = [
  ["publish", "JetStream's requests, by which one owns all streams"],
  ["subscribe", "what everybody asks of JetStream"],
];

for (const [side, what] of jetstream) {
  Deno.test(`H13 to ${side} all of $JS.API is said to be ${what}`, () => {
    const grant = { [side]: "$JS.API.>" };
    assertEquals(warningsOf([{ name: "a", when: SOME, grant }]), [
      `0.grant.${side} allows $JS.API.>, and with it ${what}`,
    ]);
    // To publish these one is shown an overview, and owns nothing.
    const short = [{ name: "a", grant: { [side]: "$JS.API.*.*" } }];
    assertEquals(warningsOf(short).length, side === "publish" ? 0 : 1);
  });
}

const STREAMS = ["whoever may create streams and consumers can read"];
const CONSUMERS = ["whoever may create a consumer chooses the subject"];
const RESTORE = ["whoever may also send what is restored"];
const READ = ["what streams hold can be read"];
const DELETE = ["what streams hold can be deleted"];
const requests: [publish: string, deny: string, said: readonly string[]][] = [
  ["$JS.API.STREAM.>", "a", STREAMS],
  ["$JS.API.STREAM.CREATE.*", "a", STREAMS],
  ["$JS.API.STREAM.UPDATE.>", "a", STREAMS],
  ["$JS.API.*.CREATE.>", "a", [...STREAMS, ...CONSUMERS]],
  ["$JS.API.CONSUMER.>", "a", CONSUMERS],
  ["$JS.API.CONSUMER.CREATE.*", "a", CONSUMERS],
  ["$JS.API.CONSUMER.CREATE.*.*.>", "a", CONSUMERS],
  ["$JS.API.CONSUMER.DURABLE.CREATE.*.*", "a", CONSUMERS],
  ["$JS.API.STREAM.RESTORE.*", "a", RESTORE],
  ["$JS.API.STREAM.SNAPSHOT.*", "a", READ],
  ["$JS.API.STREAM.MSG.GET.>", "a", READ],
  ["$JS.API.DIRECT.GET.>", "a", READ],
  ["$JS.API.DIRECT.GET.*", "a", READ],
  ["$JS.API.DIRECT.GET.*.>", "a", READ],
  ["$JS.API.STREAM.DELETE.>", "a", DELETE],
  ["$JS.API.STREAM.PURGE.*", "a", DELETE],
  ["$JS.API.STREAM.MSG.DELETE.*", "a", DELETE],
  ["$JS.API.STREAM.MSG.>", "a", [...READ, ...DELETE]],
  ["$JS.API.STREAM.CREATE.ORDERS", "a", []],
  ["$JS.API.STREAM.RESTORE.ORDERS", "a", []],
  ["$JS.API.STREAM.SNAPSHOT.${sub}", "a", []],
  ["$JS.API.STREAM.MSG.GET.ORDERS", "a", []],
  ["$JS.API.DIRECT.GET.ORDERS.>", "a", []],
  ["$JS.API.DIRECT.GET.*.$KV.settings.>", "a", []],
  ["$JS.API.STREAM.PURGE.ORDERS", "a", []],
  ["$JS.API.DIRECT.>", "$JS.API.DIRECT.GET.>", []],
  ["$JS.API.STREAM.INFO.*", "a", []],
  ["$JS.API.CONSUMER.CREATE.ORDERS.>", "a", []],
  ["$JS.API.CONSUMER.MSG.NEXT.>", "a", []],
  ["$JS.API.CONSUMER.CREATE.${sub}.>", "a", []],
  ["$JS.API.STREAM.CREATE.*", "$JS.API.STREAM.CREATE.ORDERS", STREAMS],
  ["$JS.API.CONSUMER.>", "$JS.API.CONSUMER.*.>", []],
  ["$JS.API.CONSUMER.CREATE.>", "$JS.API.CONSUMER.CREATE.*", CONSUMERS],
  ["$JS.hub.API.STREAM.>", "a", STREAMS],
  ["$JS.*.API.STREAM.CREATE.*", "a", STREAMS],
  ["$JS.hub.API.DIRECT.GET.*", "a", READ],
  ["$JS.hub.API.STREAM.CREATE.ORDERS", "a", []],
  ["$JS.hub.API.CONSUMER.>", "$JS.hub.API.CONSUMER.*.>", []],
  ["$JS.hub.API.CONSUMER.>", "$JS.API.CONSUMER.>", CONSUMERS],
  // Of these it is said that they are wide.
  ["$JS.hub.API.>", "a", []],
  ["$JS.API.>", "a", []],
  [">", "a", []],
];

for (const [allow, deny, said] of requests) {
  Deno.test(`H13 ${allow} without ${deny} is ${said.length === 0 ? "not " : ""}said to be for whatever stream`, () => {
    const found = (side: "publish" | "subscribe"): readonly string[] =>
      warningsOf([{
        name: "a",
        when: SOME,
        grant: { [side]: { allow, deny } },
      }])
        .flatMap((text) =>
          text.split(`${allow}, for whatever stream: `)[1] ?? []
        );
    assertEquals(
      found("publish").map((text, index) => text.slice(0, said[index]?.length)),
      said,
    );
    assertEquals(found("subscribe"), []);
  });
}

Deno.test("what is open still is denied by what the remedy says", () => {
  const { warnings: [warning] } = rulesOf([{
    name: "a",
    grant: { publish: { allow: ">", deny: ["$JS.>", "$KV.>", "$O.>"] } },
  }]);
  assertEquals(
    warning?.remedy,
    "deny $SYS.>, $MQTT.>, _INBOX.>, users.> as well, or name the subjects that are needed",
  );
});

Deno.test("presets are not said to be wide: they have cautions of their own", () => {
  const grant: GrantOptions = {
    preset: ["jetstream_admin", { "object_read": "files" }, "mqtt_sessions"],
  };
  assertEquals(warningsOf([{ name: "a", when: SOME, grant }]), []);
});

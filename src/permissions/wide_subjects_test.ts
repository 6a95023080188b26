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
  ["*", "begins with a wildcard", "begins with a wildcard"],
  ["*.>", "begins with a wildcard", "begins with a wildcard"],
  ["*.a", "begins with a wildcard", "begins with a wildcard"],
  ["${sub}.>", "begins with a value", "begins with a value"],
  ["$SYS.>", "allows $SYS.>, ", "allows $SYS.>, "],
  ["$JS.>", "allows $JS.>, ", "allows $JS.>, "],
  ["$JS.API.>", "allows $JS.API.>, ", "allows $JS.API.>, "],
  ["$JS.*.>", "allows $JS.*.>, ", "allows $JS.*.>, "],
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

const KEPT = ["$SYS.>", "$JS.>", "$KV.>", "$O.>", "$MQTT.>", "_INBOX.>"];
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

Deno.test("a subject of which nothing is left is named", () => {
  assertEquals(
    warningsOf([{
      name: "a",
      grant: {
        publish: { allow: ["a.b", "c.>"], deny: ["a.*", "c.d"] },
        subscribe: { allow: ["jobs.a workers", "e"], deny: "jobs.>" },
      },
    }]),
    [
      "0.grant.publish allows a.b and denies all of it, by a.*",
      "0.grant.subscribe allows jobs.a workers and denies all of it, by jobs.>",
    ],
  );
});

import { assertEquals, assertFalse } from "@std/assert";
import type { EpochMs } from "../base/time.ts";
import {
  codeOf,
  grantOf,
  identity,
  listed,
  withClaims,
} from "../../tests/fixtures/rules_scene.ts";
import type { GrantOptions } from "./rule_options.ts";

Deno.test("a grant lists what may be published and subscribed to, and what not", () => {
  const { publish, subscribe, responses } = listed(grantOf({
    publish: { allow: ["a.>", "b"], deny: "a.secret" },
    subscribe: "jobs.> workers",
  }));
  assertEquals(publish, { allow: ["a.>", "b"], deny: ["a.secret"] });
  assertEquals(subscribe, { allow: ["jobs.> workers"], deny: [] });
  assertEquals(responses, undefined);
});

Deno.test("a subject that another one holds already is left out", () => {
  const { publish, subscribe } = listed(grantOf({
    publish: ["a.b", "a.>", "a.>", "c", "a.*"],
    subscribe: [
      "users.${sub}.>",
      "users.${sub}.x",
      "q.> one",
      "q.> one",
      "q.a two",
    ],
    inbox: "private",
  }));
  assertEquals(publish.allow, ["a.>", "c"]);
  assertEquals(subscribe.allow, ["users.alice.>", "q.> one", "q.a two"]);
});

Deno.test("H13 the private inbox is below the user's own subtree", () => {
  const { subscribe } = listed(
    grantOf({ publish: "a", inbox: "private" }, identity({ sub: "x y" })),
  );
  assertEquals(subscribe.allow, ["users.=eCB5._INBOX.>"]);
  const other = listed(grantOf({ publish: "a", inbox: "_INBOX.${sub}" }));
  assertEquals(other.subscribe.allow, ["_INBOX.alice.>"]);
});

Deno.test("H14 to leaf nodes what MQTT sessions are made of is denied, where the rule does not allow all of it", () => {
  const leafnode = { connectionType: "leafnode" as const };
  const rows: [grant: GrantOptions, publish: string[], subscribe: string[]][] =
    [
      [{ publish: "a.>", subscribe: "b.>" }, ["$MQTT.>"], ["$MQTT.>"]],
      [{ publish: { allow: "a.>", deny: "a.x" } }, ["a.x", "$MQTT.>"], []],
      [{ publish: ">", subscribe: "$MQTT.sub.x" }, [], ["$MQTT.>"]],
      [{ publish: "*.x", subscribe: ">" }, ["$MQTT.>"], []],
      [{ publish: "a", subscribe: "${claims.a}.x" }, ["$MQTT.>"], ["$MQTT.>"]],
    ];
  for (const [grant, publish, subscribe] of rows) {
    const who = withClaims({ a: "$MQTT" });
    const permissions = listed(grantOf(grant, who, leafnode));
    assertEquals(permissions.publish.deny, publish, JSON.stringify(grant));
    assertEquals(permissions.subscribe.deny, subscribe, JSON.stringify(grant));
    const others = listed(grantOf(grant, who));
    assertFalse(JSON.stringify(others).includes('"$MQTT.>"'));
  }
});

Deno.test("H15 answers are allowed only where the rule says so, and never without bounds", () => {
  assertEquals(listed(grantOf({ subscribe: "a" })).responses, undefined);
  assertEquals(
    listed(grantOf({ subscribe: "a", "allow_responses": false })).responses,
    undefined,
  );
  const rows: [
    options: GrantOptions["allow_responses"],
    messagesMax: number,
    seconds: number,
  ][] = [
    [true, 1, 120],
    [{}, 1, 120],
    [{ max: 5 }, 5, 120],
    [{ max: 5, ttl: "30s" }, 5, 30],
  ];
  for (const [options, messagesMax, seconds] of rows) {
    const { responses } = listed(
      grantOf(
        { subscribe: "a", "allow_responses": options },
        withClaims({ resp: { max: 9 } }),
      ),
    );
    assertEquals(responses, { messagesMax, seconds });
  }
});

Deno.test("H9 a scoped key's grant holds its name and tags of one token each", () => {
  const { permissions, name } = grantOf(
    {
      "scoped_key": "devices",
      tags: { site: "${claims.site}", colour: "red", who: "${sub}" },
    },
    identity({ sub: "*", claims: { site: "> q", "site:x": "y" } }),
  );
  assertEquals(permissions, {
    kind: "scoped",
    key: "devices",
    tags: ["site:=PiBx", "colour:red", "who:=Kg"],
  });
  assertEquals(name, "=Kg");
});

Deno.test("H9 a tag that cannot be filled refuses", () => {
  const grant = { "scoped_key": "devices", tags: { site: "${claims.site}" } };
  assertEquals(
    codeOf(grant, withClaims({ site: ["a"] })),
    "claim_unusable_in_subject",
  );
  assertEquals(codeOf(grant), "claim_unusable_in_subject");
});

const MONDAY = Date.parse("2026-03-02T12:00:00Z") as EpochMs;
const OFFICE = { days: ["mon"], from: "08:00", to: "18:00" } as const;
const LATE = { from: "12:00", to: "20:00" };

Deno.test("only: whoever comes otherwise, from elsewhere or at another time is refused", () => {
  const rows: [only: GrantOptions["only"], code: string][] = [
    [undefined, "granted"],
    [{ connections: "nats" }, "granted"],
    [{ connections: ["mqtt", "websocket"] }, "connection_type_not_allowed"],
    [{ sources: ["192.0.2.0/24"] }, "granted"],
    [{ sources: "10.0.0.0/8" }, "source_not_allowed"],
    [{ hours: OFFICE }, "granted"],
    [{ hours: { ...OFFICE, days: ["tue"] } }, "outside_hours"],
    [{ hours: [{ ...OFFICE, days: ["tue"] }, LATE] }, "granted"],
  ];
  for (const [only, code] of rows) {
    assertEquals(
      codeOf({ publish: "a", only }, identity(), { now: MONDAY }),
      code,
      JSON.stringify(only),
    );
  }
  const only = { sources: "0.0.0.0/0" };
  assertEquals(
    codeOf({ publish: "a", only }, identity(), { host: "pipe" }),
    "source_not_allowed",
  );
});

Deno.test("H11 a session is over when the last of its hours is", () => {
  const endOf = (
    hours: NonNullable<GrantOptions["only"]>["hours"],
  ): string | undefined => {
    const { endsBy } = grantOf({ publish: "a", only: { hours } }, identity(), {
      now: MONDAY,
    });
    return endsBy === undefined
      ? undefined
      : new Date(endsBy * 1000).toISOString();
  };
  assertEquals(endOf(OFFICE), "2026-03-02T18:00:00.000Z");
  assertEquals(endOf([OFFICE, LATE]), "2026-03-02T20:00:00.000Z");
  assertEquals(grantOf({ publish: "a" }).endsBy, undefined);
});

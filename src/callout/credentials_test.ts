/** Which of all that a client may send is taken for its bearer token. */
import { assertEquals } from "@std/assert";
import {
  clientInfoOf,
  connectOptionsOf,
  scene,
} from "../../tests/fixtures/callout_scene.ts";

type Members = Record<string, unknown>;

/** All that prove nothing here: none of it is a good token. */
const BESIDE = { user: "u", name: "n", jwt: "eyJ", nkey: "U", sig: "x" };

const rows: readonly [
  why: string,
  spoil: (options: Members, info: Members) => void,
  expected: string,
][] = [
  ["a password where there is no token", (o) => {
    delete o["auth_token"];
    o["pass"] = "good";
  }, "granted"],
  ["MQTT, whose password is both", (o, i) => {
    o["pass"] = "good";
    o["user"] = "any";
    i["type"] = "mqtt";
  }, "granted"],
  ["WebSocket", (_, i) => i["type"] = "websocket", "granted"],
  ["a token beside the sentinel's JWT", (o) => o["jwt"] = "eyJ", "granted"],
  ["a token beside an nkey and its signature", (o) => {
    o["nkey"] = "U";
    o["sig"] = "x";
  }, "granted"],
  ["a token beside all else but a password", (o) => {
    Object.assign(o, BESIDE);
  }, "granted"],
  ["a password beside all else but a token", (o) => {
    delete o["auth_token"];
    Object.assign(o, BESIDE, { pass: "good" });
  }, "granted"],
  ["all at once, the password being the token", (o) => {
    Object.assign(o, BESIDE, { pass: "good" });
  }, "granted"],
  ["all at once, with a bad token for the others' good ones", (o) => {
    const good = Object.keys(BESIDE).map((name) => [name, "good"]);
    Object.assign(o, Object.fromEntries(good), {
      "auth_token": "bad",
      pass: "bad",
    });
  }, "signature_invalid"],
  ["all at once, with another password", (o) => {
    Object.assign(o, BESIDE, { pass: "other" });
  }, "bearer_token_ambiguous"],
];

for (const [why, spoil, expected] of rows) {
  Deno.test(`A14 I19 I22 ${why}: ${expected}`, async () => {
    const { ask, judge } = scene();
    const { end } = await judge(ask({
      spoil: (claims) => spoil(connectOptionsOf(claims), clientInfoOf(claims)),
    }));
    assertEquals(end.kind === "rejected" ? end.code : end.kind, expected);
  });
}

import { assert, assertEquals, assertRejects } from "@std/assert";
import { optionsWithoutNats } from "../../tests/fixtures/library_scene.ts";
import { shapeProblems } from "./option_shapes.ts";
import { type CalloutOptions, startCallout } from "./start_callout.ts";

/** What a program without types may give: something else at that path, or nothing. */
function spoil(path: string, value: unknown): CalloutOptions {
  const options = optionsWithoutNats();
  const names = path.split(".");
  const last = names.pop() ?? "";
  const at = names.reduce((each, name) => Reflect.get(each, name), options);
  Reflect.set(at, last, value);
  return options;
}

const wrong: [path: string, value: unknown, problem: string][] = [
  ["nats", undefined, "nats must be an object"],
  ["nats", "CANARY", "nats must be an object"],
  ["nats.servers", "CANARY", "nats.servers must be a list"],
  ["nats.servers", [undefined], "nats.servers[0] must be a text"],
  ["nats.creds", undefined, "nats must have one of creds and nkeySeed"],
  ["nats.creds", 5, "nats.creds must be a text or a Secret"],
  ["nats.nkeySeed", "CANARY", "nats must have one of creds and nkeySeed"],
  ["nats.queueGroup", null, "nats.queueGroup must be a text"],
  ["nats.tls", "CANARY", "nats.tls must be an object"],
  ["callout", [], "callout must be an object"],
  ["callout.account", undefined, "callout.account must be a text"],
  ["callout.signingKey", {}, "callout.signingKey must be a text or a Secret"],
  [
    "callout.xkey",
    undefined,
    "callout.xkey must be a text or a Secret, or null for requests in plain text",
  ],
  ["callout.trustedServers", "CANARY", "callout.trustedServers must be a list"],
  ["callout.connectionTypes", null, "callout.connectionTypes must be a list"],
  ["accounts", {}, "accounts must be a list"],
  ["accounts.0", "CANARY", "accounts[0] must be an object"],
  [
    "accounts.0.scopedKeys",
    [{}],
    "accounts[0].scopedKeys[0].name must be a text",
  ],
  ["issuers", ["my-app"], "issuers[0] must be an object"],
  ["issuers.0.issuer", undefined, "issuers[0].issuer must be a text"],
  ["authenticate", undefined, "authenticate must be an object"],
  ["permit", "CANARY", "permit must be a list"],
  ["permit", [null], "permit[0] must be an object"],
  ["log", console, "log.audit must be a function"],
  ["signal", {}, "signal must be an AbortSignal"],
];

for (const [path, value, problem] of wrong) {
  Deno.test(`I1 startCallout() of a program without types names ${path}: ${Deno.inspect(value)}`, async () => {
    const { message } = await assertRejects(
      () => startCallout(spoil(path, value)),
      TypeError,
      `Cannot start the callout:\n  ${problem}`,
    );
    assert(!message.includes("CANARY"), message);
  });
}

Deno.test("shapeProblems() finds nothing wrong with what is right", () => {
  assertEquals(shapeProblems(optionsWithoutNats()), []);
});

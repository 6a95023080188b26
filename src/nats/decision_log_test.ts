import { assert, assertEquals, assertFalse } from "@std/assert";
import { discarded, rejected, unavailable } from "../base/outcome.ts";
import { Secret } from "../base/secret.ts";
import type { EpochSeconds } from "../base/time.ts";
import type { Decision } from "../callout/authorize.ts";
import type { IssuerLabels } from "../permissions/placeholder.ts";
import { createLog } from "../telemetry/log.ts";
import {
  goodIdentity,
  GRANT,
  requestOf,
} from "../../tests/fixtures/callout_scene.ts";
import { createDecisionLog } from "./decision_log.ts";

const TOKEN = "canary.token.signature";

function lineOf(
  decision: Decision,
  labels?: IssuerLabels,
): Record<string, unknown> {
  const lines: string[] = [];
  const log = createLog({
    format: "json",
    level: "debug",
    write: (line) => lines.push(line),
  });
  createDecisionLog(log, labels)(decision, 12.345);
  assertEquals(lines.length, 1);
  assertFalse(lines[0]?.includes("canary"), lines[0]);
  return JSON.parse(lines[0] ?? "");
}

function requestWithToken(): ReturnType<typeof requestOf> {
  return {
    ...requestOf(),
    credentials: { authToken: new Secret(TOKEN), password: undefined },
  };
}

const COMMON = [
  "clientHost",
  "connectionType",
  "durationMs",
  "fingerprint",
  "serverId",
  "userNkey",
];

Deno.test("J2 a granted request leaves one line that says who, where and until when", () => {
  const line = lineOf({
    request: requestWithToken(),
    end: {
      kind: "granted",
      identity: goodIdentity(),
      grant: GRANT,
      userJwt: { text: "canary", expiresAt: 1_800_000_600 as EpochSeconds },
    },
  });
  assertEquals(line["message"], "client admitted");
  assertEquals(line["code"], "granted");
  assertEquals(line["name"], "alice");
  assertEquals(line["account"], "APP");
  assertEquals(line["kind"], "jwt");
  assertEquals(line["issuer"], "https://id.example");
  assertEquals(line["expiresAt"], 1_800_000_600);
  assertEquals(line["durationMs"], 12.3);
  for (const field of COMMON) assert(field in line, field);
});

const ends: [
  end: Exclude<Decision["end"], { kind: "granted" }>,
  message: string,
  level: string,
][] = [
  [rejected("bearer_token_expired", "claim exp"), "client refused", "info"],
  [unavailable("jwks", "no answer"), "client could not be judged", "error"],
  [discarded("request_replayed"), "request discarded", "warn"],
  [discarded("internal_error"), "request failed by our own fault", "error"],
];

for (const [end, message, level] of ends) {
  Deno.test(`J2 a request that is ${end.kind} leaves one line with its code`, () => {
    const line = lineOf({ request: requestWithToken(), end });
    assertEquals(line["message"], message);
    assertEquals(line["level"], level);
    assertEquals(
      line["code"],
      end.kind === "unavailable" ? "unavailable" : end.code,
    );
    for (const field of COMMON) assert(field in line, field);
  });
}

Deno.test("J2 a refusal of somebody who is known says who it is", () => {
  const line = lineOf({
    request: requestWithToken(),
    identity: { ...goodIdentity(), sub: "a b" },
    end: rejected("no_rule_matches", ""),
  });
  assertEquals(line["kind"], "jwt");
  assertEquals(line["issuer"], "https://id.example");
  assertEquals(line["name"], "=YSBi");
  assertEquals(line["code"], "no_rule_matches");
});

Deno.test("J2 a refused user has the name that an admitted one has, with the issuer's label", () => {
  const identity = goodIdentity();
  const line = lineOf({
    request: requestWithToken(),
    identity,
    end: rejected("no_rule_matches", ""),
  }, new Map([[identity.issuer, "main"]]));
  assertEquals(line["name"], "main=alice");
});

Deno.test("J2 a message that could not be read leaves one line too", () => {
  const line = lineOf({
    end: discarded("request_undecodable", "is not a JWT"),
  });
  assertEquals(line["code"], "request_undecodable");
});

Deno.test("J2 a token's fingerprint is the same for each of its requests, and another for another token", () => {
  const lines: string[] = [];
  const log = createLog({
    format: "json",
    level: "debug",
    write: (line) => lines.push(line),
  });
  const logDecision = createDecisionLog(log);
  for (const token of [TOKEN, TOKEN, "other"]) {
    const request = {
      ...requestOf(),
      credentials: { authToken: new Secret(token), password: undefined },
    };
    logDecision({ request, end: rejected("signature_invalid", "") }, 1);
  }
  const [one, again, other] = lines.map((line) =>
    JSON.parse(line)["fingerprint"]
  );
  assert(/^[0-9a-f]{12}$/.test(one));
  assertEquals(one, again);
  assert(one !== other);
});

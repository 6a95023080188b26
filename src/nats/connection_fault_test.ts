import { AuthorizationError, ConnectionError } from "@nats-io/nats-core";
import { assertEquals, assertFalse } from "@std/assert";
import {
  describeConnectionFault,
  isUnreachable,
  originOf,
} from "./connection_fault.ts";

function coded(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}

const rows: [error: unknown, code: string][] = [
  [
    new AuthorizationError("Authorization Violation"),
    "nats_refused_credentials",
  ],
  [
    coded(
      "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
      "unable to verify the first certificate",
    ),
    "nats_tls_failed",
  ],
  [coded("ERR_TLS_CERT_ALTNAME_INVALID", "not the name"), "nats_tls_failed"],
  [
    new ConnectionError("invalid peer certificate: unknownissuer"),
    "nats_tls_failed",
  ],
  [new ConnectionError("server does not support 'tls'"), "nats_tls_failed"],
  [new ConnectionError("/ca.pem doesn't exist"), "nats_tls_failed"],
  [new ConnectionError("connection refused"), "nats_unreachable"],
  [coded("ENOTFOUND", "getaddrinfo ENOTFOUND nats"), "nats_unreachable"],
  ["thrown", "nats_unreachable"],
];

for (const [error, code] of rows) {
  Deno.test(`describeConnectionFault() takes "${error}" for ${code}`, () => {
    assertEquals(describeConnectionFault(error, "creds").code, code);
    assertEquals(isUnreachable(error), code === "nats_unreachable");
  });
}

Deno.test("J1 of a server's URL only the origin is shown", () => {
  const url = "nats://canary:canary@nats.example:4222/canary?canary";
  assertEquals(originOf(url), "nats://nats.example:4222");
  assertEquals(
    originOf("canary@nats.example:4222"),
    "nats://nats.example:4222",
  );
  assertEquals(originOf("canary canary"), "(unreadable)");
  const quoted = new TypeError("Invalid URL: 'http://canary@'");
  const { detail } = describeConnectionFault(quoted, "creds");
  assertFalse(detail.includes("canary"));
});

for (
  const [credentials, setting] of [
    ["creds", "nats.creds_file"],
    ["nkey", "nats.nkey_seed or nats.nkey_seed_file"],
  ] as const
) {
  Deno.test(`describeConnectionFault() names the setting whose ${credentials} are refused`, () => {
    const error = new AuthorizationError("Authorization Violation");
    const fault = describeConnectionFault(error, credentials);
    assertEquals(fault.setting, setting);
    assertEquals(fault.code, "nats_refused_credentials");
  });
}

import type { ServerInfo } from "@nats-io/nats-core";
import { assert, assertEquals, assertFalse } from "@std/assert";
import { rememberServerFacts } from "./server_facts.ts";
import { createTrustedServers } from "./trusted_servers.ts";

function infoOf(id: string, cluster?: string): ServerInfo {
  const facts = { "server_id": id, "max_payload": 1024 };
  return (cluster === undefined ? facts : { ...facts, cluster }) as ServerInfo;
}

Deno.test("K3 what a server said of itself holds while the connection is lost", () => {
  const connection: { info?: ServerInfo } = { info: infoOf("N1", "c") };
  const readFacts = rememberServerFacts(connection);
  delete connection.info;
  assertEquals(readFacts().server_id, "N1");
  assertEquals(readFacts().cluster, "c");
  connection.info = infoOf("N2");
  assertEquals(readFacts().server_id, "N2");
});

const rows: [
  why: string,
  own: ServerInfo,
  configured: string[],
  asking: string,
  trusted: boolean,
][] = [
  ["the own server", infoOf("N1"), [], "N1", true],
  ["another one where there is no cluster", infoOf("N1"), [], "N2", false],
  [
    "another one of a cluster without configured ids",
    infoOf("N1", "c"),
    [],
    "N2",
    true,
  ],
  [
    "another one of a cluster with configured ids",
    infoOf("N1", "c"),
    ["N3"],
    "N2",
    false,
  ],
  ["a configured one of a cluster", infoOf("N1", "c"), ["N3"], "N3", true],
  [
    "a configured one where there is no cluster",
    infoOf("N1"),
    ["N3"],
    "N3",
    true,
  ],
];

for (const [why, own, configured, asking, trusted] of rows) {
  Deno.test(`I7 isTrusted() ${trusted ? "trusts" : "does not trust"} ${why}`, () => {
    const servers = createTrustedServers(() => own, configured);
    if (trusted) assert(servers.isTrusted(asking));
    else assertFalse(servers.isTrusted(asking));
  });
}

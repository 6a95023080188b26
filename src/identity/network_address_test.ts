import { assertEquals, assertStringIncludes } from "@std/assert";
import { checkHost, classifyAddress, urlProblem } from "./network_address.ts";
import type { AddressClass, AddressPolicy } from "./network_address.ts";

const rows: readonly [address: string, expected: AddressClass][] = [
  ["8.8.8.8", "public"],
  ["172.15.255.255", "public"],
  ["172.32.0.0", "public"],
  ["2a00:1450:4001::200e", "public"],
  ["127.0.0.1", "loopback"],
  ["127.255.255.254", "loopback"],
  ["::1", "loopback"],
  ["10.0.0.1", "private"],
  ["172.16.0.1", "private"],
  ["172.31.255.255", "private"],
  ["192.168.1.1", "private"],
  ["100.64.0.1", "private"],
  ["fc00::1", "private"],
  ["fd12:3456::1", "private"],
  ["64:ff9b::a00:1", "private"],
  ["2002:a00:1::", "private"],
  ["192.0.2.1", "private"],
  ["198.18.0.1", "private"],
  ["198.51.100.1", "private"],
  ["203.0.113.1", "private"],
  ["64:ff9b:1::a00:1", "private"],
  ["2001:db8::1", "private"],
  ["2001:0:a00:1::", "private"],
  ["fec0::1", "private"],
  ["169.254.169.254", "forbidden"],
  ["169.254.0.1", "forbidden"],
  ["fe80::1", "forbidden"],
  ["fd00:ec2::254", "forbidden"],
  ["100.100.100.200", "forbidden"],
  ["168.63.129.16", "forbidden"],
  ["192.0.0.192", "forbidden"],
  ["0.0.0.0", "forbidden"],
  ["::", "forbidden"],
  ["255.255.255.255", "forbidden"],
  ["224.0.0.1", "forbidden"],
  ["ff02::1", "forbidden"],
  ["::ffff:10.0.0.1", "forbidden"],
  ["::ffff:8.8.8.8", "forbidden"],
  ["id.example.com", "forbidden"],
  ["", "forbidden"],
];

for (const [address, expected] of rows) {
  Deno.test(`D3 classifyAddress() calls "${address}" ${expected}`, () => {
    assertEquals(classifyAddress(address), expected);
  });
}

const NOTHING = { allowLoopback: false, allowPrivate: false };
const LOOPBACK = { allowLoopback: true, allowPrivate: false };
const PRIVATE = { allowLoopback: false, allowPrivate: true };

async function problemOf(
  hostname: string,
  policy: AddressPolicy,
): Promise<string | undefined> {
  return (await checkHost(hostname, policy))?.problem;
}

Deno.test("D3 checkHost() judges what a name resolves to", async () => {
  assertEquals(
    await problemOf("localhost", NOTHING),
    "localhost is this machine, which is not allowed for this issuer",
  );
  assertEquals(await problemOf("localhost", LOOPBACK), undefined);
  assertEquals(await problemOf("localhost", PRIVATE), undefined);
  assertEquals(
    await problemOf("no-such-host.invalid", PRIVATE),
    "cannot resolve no-such-host.invalid",
  );
});

Deno.test("D3 checkHost() judges all the addresses of a name, not the first alone", async () => {
  for (
    const [addresses, problem] of [
      [["8.8.8.8", "2a00:1450:4001::200e"], undefined],
      [["8.8.8.8", "10.0.0.1"], "is in a private network"],
      [["8.8.8.8", "2a00:1450:4001::200e", "::1"], "is this machine"],
      [["8.8.8.8", "169.254.169.254"], "is at an address where no issuer"],
      [[], "cannot resolve"],
    ] as const
  ) {
    const resolve = (): Promise<readonly string[]> =>
      Promise.resolve(addresses);
    const found = await problemOf("id.example.com", { ...NOTHING, resolve });
    if (problem === undefined) assertEquals(found, undefined);
    else assertStringIncludes(found ?? "", problem);
  }
});

Deno.test("D3 checkHost() judges addresses as URLs write them", async () => {
  const hostOf = (text: string): string => new URL(text).hostname;
  const privateHosts = [
    "https://10.1/",
    "https://167772161/",
    "https://0xa.1/",
  ];
  for (const url of privateHosts) {
    assertEquals(
      await problemOf(hostOf(url), LOOPBACK),
      `${
        hostOf(url)
      } is in a private network, which is not allowed for this issuer`,
    );
    assertEquals(await problemOf(hostOf(url), PRIVATE), undefined);
  }
  for (
    const url of [
      "https://169.254.169.254/",
      "https://[fe80::1]/",
      "https://[::ffff:7f00:1]/",
      "https://0/",
    ]
  ) {
    assertEquals(
      await problemOf(hostOf(url), PRIVATE),
      `${hostOf(url)} is at an address where no issuer can be`,
    );
  }
  assertEquals(await problemOf(hostOf("https://[::1]/"), LOOPBACK), undefined);
  assertEquals(await problemOf("8.8.8.8", NOTHING), undefined);
});

Deno.test("D1 urlProblem() allows https, and http on this machine if that is allowed", () => {
  const problemOf = (
    text: string,
    allowLoopbackHttp: boolean,
  ): string | undefined => urlProblem(new URL(text), { allowLoopbackHttp });
  const [yes, no] = [true, false];
  assertEquals(problemOf("https://id.example.com/", no), undefined);
  for (const host of ["127.0.0.1", "[::1]", "localhost"]) {
    assertEquals(problemOf(`http://${host}:80/`, yes), undefined);
    assertEquals(
      problemOf(`http://${host}/`, no),
      "is not https, which is not allowed for this issuer",
    );
  }
  for (
    const host of [
      "id.example.com",
      "localhost.example.com",
      "127.0.0.2",
      "10.0.0.1",
    ]
  ) {
    assertEquals(
      problemOf(`http://${host}/`, yes),
      "is not https, and not on this machine",
    );
  }
  assertEquals(problemOf("ftp://localhost/", yes), "is not https");
  assertEquals(
    problemOf("https://u@id.example.com/", yes),
    "holds credentials",
  );
  assertEquals(problemOf("https://id.example.com/#x", yes), "has a fragment");
});

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { isInRange, parseAddress, parseAddressRange } from "./address_range.ts";
import { Fault } from "./rule_fault.ts";

function isIn(host: string, range: string): boolean {
  const address = parseAddress(host);
  const parsed = parseAddressRange(range);
  assert(!(parsed instanceof Fault), range);
  return address !== undefined && isInRange(address, parsed);
}

const rows: [host: string, range: string, expected: boolean][] = [
  ["10.1.2.3", "10.0.0.0/8", true],
  ["11.1.2.3", "10.0.0.0/8", false],
  ["10.1.2.3", "10.1.2.3", true],
  ["10.1.2.4", "10.1.2.3/32", false],
  ["10.1.2.3", "0.0.0.0/0", true],
  ["255.255.255.255", "255.255.255.254/31", true],
  ["::ffff:10.1.2.3", "10.0.0.0/8", true],
  ["::ffff:a01:203", "10.0.0.0/8", true],
  ["10.1.2.3", "::ffff:10.0.0.0/104", true],
  ["10.1.2.3", "::/0", false],
  ["::1", "0.0.0.0/0", false],
  ["2001:db8::1", "2001:db8::/32", true],
  ["2001:DB8:0:0:0:0:0:1", "2001:db8::/32", true],
  ["2001:db9::1", "2001:db8::/32", false],
  ["::1", "::1", true],
  ["::", "::/128", true],
  ["1:2:3:4:5:6:7:8", "1:2:3:4::/64", true],
  ["64:ff9b::192.0.2.1", "64:ff9b::/96", true],
  ["", "0.0.0.0/0", false],
  ["localhost", "0.0.0.0/0", false],
  ["10.1.2", "0.0.0.0/0", false],
  ["10.1.2.3.4", "0.0.0.0/0", false],
  ["010.1.2.3", "0.0.0.0/0", false],
  ["256.1.2.3", "0.0.0.0/0", false],
  ["10.1.2.3 ", "0.0.0.0/0", false],
  ["fe80::1%eth0", "::/0", false],
  [":::", "::/0", false],
  ["1::2::3", "::/0", false],
  ["1:2:3:4:5:6:7", "::/0", false],
  ["1:2:3:4:5:6:7:8:9", "::/0", false],
  ["1:2:3:4:5:6:7:8::", "::/0", false],
  ["12345::", "::/0", false],
  ["1.2.3.4::", "::/0", false],
  ["pipe", "::/0", false],
];

for (const [host, range, expected] of rows) {
  Deno.test(`isInRange() of ${host || "nothing"} in ${range} is ${expected}`, () => {
    assertEquals(isIn(host, range), expected);
  });
}

const spoiled: [text: string, problem: string][] = [
  ["", "is no range of addresses"],
  ["10.0.0.0/33", "is no range of addresses"],
  ["10.0.0.0/08", "is no range of addresses"],
  ["10.0.0.0/", "is no range of addresses"],
  ["10.0.0.0/8/8", "is no range of addresses"],
  ["::/129", "is no range of addresses"],
  ["any", "is no range of addresses"],
  ["10.1.0.0/8", "has bits behind its prefix"],
  ["2001:db8::1/32", "has bits behind its prefix"],
  ["::ffff:0:0/90", "is wider than all of IPv4, written as IPv6"],
];

for (const [text, problem] of spoiled) {
  Deno.test(`parseAddressRange() refuses ${text || "nothing"}`, () => {
    const fault = parseAddressRange(text);
    assertEquals(fault instanceof Fault ? fault.problem : fault, problem);
  });
}

Deno.test("parseAddress() reads every way to write an address alike", () => {
  const byte = fc.integer({ min: 0, max: 255 });
  fc.assert(fc.property(fc.tuple(byte, byte, byte, byte), (bytes) => {
    const plain = parseAddress(bytes.join("."));
    const hex = bytes.map((value) => value.toString(16).padStart(2, "0")).join(
      "",
    );
    const groups = `${hex.slice(0, 4)}:${hex.slice(4)}`;
    assertEquals(parseAddress(`::ffff:${bytes.join(".")}`), plain);
    assertEquals(parseAddress(`0:0:0:0:0:FFFF:${groups}`), plain);
    assertEquals(plain?.bits, 32);
  }));
  fc.assert(fc.property(fc.ipV6(), (text) => parseAddress(text) !== undefined));
  fc.assert(fc.property(fc.string(), (text) => {
    parseAddress(text);
    parseAddressRange(text);
  }));
});

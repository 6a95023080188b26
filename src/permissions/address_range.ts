/**
 * Addresses and ranges of them, IPv4 and IPv6. An IPv4 address that is written
 * as IPv6 (`::ffff:10.0.0.1`) is the IPv4 address.
 *
 * @see RFC 4291 sections 2.2 and 2.5.5.2, RFC 4632
 */
import { Fault } from "./rule_fault.ts";

export interface Address {
  readonly bits: 32 | 128;
  readonly value: bigint;
}

export interface AddressRange {
  readonly bits: 32 | 128;
  readonly first: bigint;
  readonly last: bigint;
}

/** Undefined if the text is no address: such a one is in no range. */
export function parseAddress(text: string): Address | undefined {
  const address = text.includes(":") ? parseIpv6(text) : parseIpv4(text);
  return address === undefined ? undefined : unmap(address);
}

export function isInRange(address: Address, range: AddressRange): boolean {
  return address.bits === range.bits && address.value >= range.first &&
    address.value <= range.last;
}

/** Whether all of the one range is in the other. */
export function isWithin(inner: AddressRange, outer: AddressRange): boolean {
  return inner.bits === outer.bits && inner.first >= outer.first &&
    inner.last <= outer.last;
}

const PREFIX_LENGTH_REGEXP = /^(?:0|[1-9]\d{0,2})$/;

/** `10.0.0.0/8`, `2001:db8::/32`, or one address. */
export function parseAddressRange(text: string): AddressRange | Fault {
  const [start = "", length, ...more] = text.split("/");
  const written = start.includes(":") ? parseIpv6(start) : parseIpv4(start);
  if (written === undefined || more.length > 0) return notARange();
  const bits = length === undefined ? written.bits : Number(length);
  if (length !== undefined && !PREFIX_LENGTH_REGEXP.test(length)) {
    return notARange();
  }
  if (bits > written.bits) return notARange();
  const address = unmap(written);
  const hostBits = BigInt(written.bits - bits);
  if (hostBits > BigInt(address.bits)) {
    return new Fault(
      "is wider than all of IPv4, written as IPv6",
      "write the IPv4 range, as in 10.0.0.0/8",
    );
  }
  const others = (1n << hostBits) - 1n;
  if ((address.value & others) !== 0n) {
    return new Fault(
      "has bits behind its prefix",
      "write the first address of the range, as in 10.1.0.0/16",
    );
  }
  const { bits: family, value: first } = address;
  return { bits: family, first, last: first | others };
}

function notARange(): Fault {
  return new Fault(
    "is no range of addresses",
    "write 10.0.0.0/8, 2001:db8::/32 or one address",
  );
}

const IPV4_REGEXP = /^\d{1,3}(?:\.\d{1,3}){3}$/;

function parseIpv4(text: string): Address | undefined {
  if (!IPV4_REGEXP.test(text)) return undefined;
  let value = 0n;
  for (const part of text.split(".")) {
    // A leading zero means octal to some readers.
    if (part.length > 1 && part.startsWith("0")) return undefined;
    if (Number(part) > 255) return undefined;
    value = value << 8n | BigInt(part);
  }
  return { bits: 32, value };
}

const GROUP_REGEXP = /^[0-9A-Fa-f]{1,4}$/;
const GROUPS = 8;

function parseIpv6(text: string): Address | undefined {
  const [head = "", tail, ...more] = text.split("::");
  if (more.length > 0) return undefined;
  const before = parseGroups(head, tail === undefined ? "end" : "beginning");
  const after = tail === undefined ? [] : parseGroups(tail, "end");
  if (before === undefined || after === undefined) return undefined;
  const missing = GROUPS - before.length - after.length;
  // `::` stands for one group at least; without it, all are there.
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined;
  const zeros = new Array<bigint>(missing).fill(0n);
  const groups = [...before, ...zeros, ...after];
  const value = groups.reduce((sum, group) => sum << 16n | group, 0n);
  return { bits: 128, value };
}

/** @param part At the end, the last groups may be an IPv4 address. */
function parseGroups(
  text: string,
  part: "beginning" | "end",
): readonly bigint[] | undefined {
  if (text === "") return [];
  const parts = text.split(":");
  const groups: bigint[] = [];
  for (const [index, group] of parts.entries()) {
    if (GROUP_REGEXP.test(group)) {
      groups.push(BigInt(`0x${group}`));
      continue;
    }
    const ipv4 = parseIpv4(group);
    const isLast = part === "end" && index === parts.length - 1;
    if (ipv4 === undefined || !isLast) {
      return undefined;
    }
    groups.push(ipv4.value >> 16n, ipv4.value & 0xffffn);
  }
  return groups;
}

const MAPPED_PREFIX = 0xffffn;

function unmap(address: Address): Address {
  return address.bits === 128 && address.value >> 32n === MAPPED_PREFIX
    ? { bits: 32, value: address.value & 0xffff_ffffn }
    : address;
}

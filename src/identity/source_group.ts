/**
 * From which corner of the network somebody comes, for counting attempts: one
 * IPv4 address, or the /64 of an IPv6 address, all of which belongs to one host.
 */

const GROUP_REGEXP = /^[0-9a-f]{1,4}$/i;
const IPV4_REGEXP = /(?:^|:)(\d{1,3}(?:\.\d{1,3}){3})$/;

/** A text that is equal for addresses that count as one. What is no address stands for itself. */
export function sourceGroup(host: string): string {
  if (!host.includes(":")) return host;
  const address = host.replace(/%.*$/, "");
  const mapped = /^::ffff:/i.test(address)
    ? IPV4_REGEXP.exec(address)?.[1]
    : undefined;
  if (mapped !== undefined) return mapped;
  const [left = "", right] = address.split("::");
  const head = left === "" ? [] : left.split(":");
  const tail = right === undefined || right === "" ? [] : right.split(":");
  const zeros = Math.max(8 - head.length - tail.length, 0);
  const groups = right === undefined
    ? head
    : [...head, ...Array.from({ length: zeros }, () => "0"), ...tail];
  const prefix = groups.slice(0, 4);
  return prefix.every((group) => GROUP_REGEXP.test(group))
    ? `${
      prefix.map((group) => parseInt(group, 16).toString(16)).join(":")
    }::/64`
    : host;
}

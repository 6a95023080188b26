/**
 * Which addresses an issuer may be at. A name that leads into our own network,
 * or to the metadata endpoint of a cloud, would turn the fetch of a key set into
 * a request on somebody else's behalf.
 *
 * The name is resolved again by the fetch that follows. Between the two a
 * hostile name server may change its answer; it then meets a TLS handshake that
 * it cannot pass, because nothing but `https` goes beyond this machine.
 *
 * @see RFC 6890, OWASP Server-Side Request Forgery Prevention
 */
import { lookup } from "node:dns/promises";
import { BlockList, isIP } from "node:net";
import { EndpointFault } from "./endpoint_fault.ts";
import type { FaultCause } from "./endpoint_fault.ts";

export interface AddressPolicy {
  /** This machine. */
  readonly allowLoopback: boolean;
  /** Private networks, and what tunnels to them. Includes this machine. */
  readonly allowPrivate: boolean;
  /** All addresses of a name. Asks as this machine does unless given. */
  readonly resolve?: (hostname: string) => Promise<readonly string[]>;
}

export type AddressClass = "public" | "private" | "loopback" | "forbidden";

const LOOPBACK = blockList(["127.0.0.0/8", "::1/128"]);

/** Never an issuer: link-local, metadata of clouds, multicast, reserved. */
const FORBIDDEN = blockList([
  "0.0.0.0/8",
  "169.254.0.0/16",
  "192.0.0.0/24",
  "224.0.0.0/4",
  "240.0.0.0/4",
  "100.100.100.200/32",
  "168.63.129.16/32",
  "::/128",
  "fe80::/10",
  "ff00::/8",
  "fd00:ec2::/32",
]);

/** IPv4 in the clothes of IPv6: no name resolves to that. */
const MAPPED = blockList(["::ffff:0:0/96"]);

/** Private, shared and documentation ranges; translations that can carry such an address. */
const PRIVATE = blockList([
  "10.0.0.0/8",
  "100.64.0.0/10",
  "172.16.0.0/12",
  "192.0.2.0/24",
  "192.168.0.0/16",
  "198.18.0.0/15",
  "198.51.100.0/24",
  "203.0.113.0/24",
  "64:ff9b::/96",
  "64:ff9b:1::/48",
  "2001::/32",
  "2001:db8::/32",
  "2002::/16",
  "fc00::/7",
  "fec0::/10",
]);

function blockList(subnets: readonly string[]): BlockList {
  const list = new BlockList();
  for (const subnet of subnets) {
    const [network = "", prefix] = subnet.split("/");
    list.addSubnet(network, Number(prefix), familyOf(network));
  }
  return list;
}

function familyOf(address: string): "ipv4" | "ipv6" {
  return isIP(address) === 6 ? "ipv6" : "ipv4";
}

/** Hosts that plain http may be used with, if it is allowed at all. */
const LOOPBACK_HOSTS: readonly string[] = ["127.0.0.1", "[::1]", "localhost"];

/** Why nothing may be fetched from this URL, whatever its host resolves to, or undefined. */
export function urlProblem(
  url: URL,
  { allowLoopbackHttp = false }: { readonly allowLoopbackHttp?: boolean },
): string | undefined {
  if (url.username !== "" || url.password !== "") return "holds credentials";
  if (url.hash !== "") return "has a fragment";
  if (url.protocol === "https:") return undefined;
  if (url.protocol !== "http:") return "is not https";
  if (!LOOPBACK_HOSTS.includes(url.hostname)) {
    return "is not https, and not on this machine";
  }
  return allowLoopbackHttp
    ? undefined
    : "is not https, which is not allowed for this issuer";
}

/** What is not an address is forbidden. */
export function classifyAddress(address: string): AddressClass {
  if (isIP(address) === 0) return "forbidden";
  const family = familyOf(address);
  if (family === "ipv6" && MAPPED.check(address, family)) return "forbidden";
  if (LOOPBACK.check(address, family)) return "loopback";
  if (FORBIDDEN.check(address, family)) return "forbidden";
  return PRIVATE.check(address, family) ? "private" : "public";
}

/** What speaks against connecting to this host, or undefined. */
export async function checkHost(
  hostname: string,
  policy: AddressPolicy,
): Promise<EndpointFault | undefined> {
  const literal = hostname.replace(/^\[(.*)\]$/, "$1");
  const addresses = isIP(literal) === 0
    ? await addressesOf(literal, policy)
    : [literal];
  if (addresses === undefined) {
    return noPlace("host_unknown", `cannot resolve ${hostname}`);
  }
  for (const address of addresses) {
    const found = classifyAddress(address);
    if (found === "public" || isAllowed(found, policy)) continue;
    return noPlace(found, `${hostname} ${REFUSALS[found]}`);
  }
  return undefined;
}

const REFUSALS: Readonly<Record<Exclude<AddressClass, "public">, string>> = {
  "loopback": "is this machine, which is not allowed for this issuer",
  "private": "is in a private network, which is not allowed for this issuer",
  "forbidden": "is at an address where no issuer can be",
};

function isAllowed(
  found: AddressClass,
  { allowLoopback, allowPrivate }: AddressPolicy,
): boolean {
  return found === "loopback" && allowLoopback ||
    found !== "forbidden" && allowPrivate;
}

function noPlace(cause: FaultCause, problem: string): EndpointFault {
  return new EndpointFault(problem, { cause, gone: true });
}

/** Undefined if there is no address, or none that we may learn. */
async function addressesOf(
  hostname: string,
  { resolve = resolveHere }: AddressPolicy,
): Promise<readonly string[] | undefined> {
  try {
    const addresses = await resolve(hostname);
    return addresses.length === 0 ? undefined : addresses;
  } catch {
    return undefined;
  }
}

async function resolveHere(hostname: string): Promise<readonly string[]> {
  const found = await lookup(hostname, { all: true });
  return found.map(({ address }) => address);
}

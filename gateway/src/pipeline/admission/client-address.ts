import { isIPv6, SocketAddress } from 'node:net';

const GROUPS = 8;
/** One customer of a provider has at least a /64: sixteen bits a group. */
const GROUPS_OF_A_CLIENT = 4;
/** As a socket that listens on both says an IPv4 address. RFC 4291, section 2.5.5.2. */
const IPV4_MAPPED = /^::ffff:([\d.]+)$/;

/**
 * What tells a client by its address, which may have a port. An IPv4 address as it is, also where it is written as an IPv6
 * one; of IPv6 the first 64 bits, as the rest is the client's own to choose. What is no address stays as it is.
 */
export function clientOfAddress(text: string): string {
  if (!text.includes(':')) return text; // most are IPv4, and no port
  const parsed = SocketAddress.parse(isIPv6(text) ? `[${text.split('%', 1)[0]}]` : text);
  if (!parsed) return text;
  if (parsed.family === 'ipv4') return parsed.address;
  const mapped = IPV4_MAPPED.exec(parsed.address)?.[1];
  return mapped ?? `${groupsOf(parsed.address).slice(0, GROUPS_OF_A_CLIENT).join(':')}::/64`;
}

/** All eight, without leading zeros. */
function groupsOf(address: string): string[] {
  const [start = [], end = []] = address.split('::').map((part) => part.split(':').filter((group) => group !== ''));
  const zeros = Array.from({ length: GROUPS - start.length - end.length }, () => '0');
  return [...start, ...zeros, ...end];
}

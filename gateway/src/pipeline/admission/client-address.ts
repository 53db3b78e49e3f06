import { isIPv6, SocketAddress } from 'node:net';

const GROUPS = 8;
/** Groups of sixteen bits that a provider gives one customer: at least a /64. */
const GROUPS_OF_A_CLIENT = 4;
/** An IPv4 address on a socket that listens for both: https://www.rfc-editor.org/rfc/rfc4291#section-2.5.5.2 */
const IPV4_MAPPED = /^::ffff:([\d.]+)$/;

/**
 * Returns the part of an address, which may have a port, that identifies a client: an IPv4 address as a whole, even if it
 * is written as an IPv6 one; the first 64 bits of an IPv6 address, because the client chooses the rest. A text that is no
 * address stays as it is.
 */
export function clientOfAddress(text: string): string {
  if (!text.includes(':')) return text; // most are IPv4, and no port
  const parsed = SocketAddress.parse(isIPv6(text) ? `[${text.split('%', 1)[0]}]` : text);
  if (!parsed) return text;
  if (parsed.family === 'ipv4') return parsed.address;
  const mapped = IPV4_MAPPED.exec(parsed.address)?.[1];
  return mapped ?? `${groupsOf(parsed.address).slice(0, GROUPS_OF_A_CLIENT).join(':')}::/64`;
}

/** Returns all eight groups, without leading zeros. */
function groupsOf(address: string): string[] {
  const [start = [], end = []] = address.split('::').map((part) => part.split(':').filter((group) => group !== ''));
  const zeros = Array.from({ length: GROUPS - start.length - end.length }, () => '0');
  return [...start, ...zeros, ...end];
}

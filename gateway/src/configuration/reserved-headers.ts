import { DEADLINE_HEADER } from '@lockstep/runtime/http/deadline.ts';
import { SECRET_HEADER } from '@lockstep/runtime/http/server/secret.ts';

/** Which way a header goes. */
export type Direction = 'to subgraphs' | 'to clients';

/** Of one connection, and not of the message (RFC 9110, section 7.6.1); and what the two sides of a call agree by. */
const OF_ONE_HOP = [
  'connection',
  'keep-alive',
  'te',
  'trailer',
  'trailers',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
  'host',
  'date',
  SECRET_HEADER,
  DEADLINE_HEADER,
  'set-cookie', // a call may be made for several clients: a hook sets it for one
];

const RESERVED: Readonly<Record<Direction, ReadonlySet<string>>> = {
  // An answer that isn't whole, or isn't there because it hasn't changed, is none that could be merged with others.
  'to subgraphs': new Set([
    ...OF_ONE_HOP,
    ...['accept', 'accept-charset', 'accept-encoding', 'expect', 'range'],
    ...['if-match', 'if-none-match', 'if-modified-since', 'if-unmodified-since', 'if-range'],
  ]),
  // What is true of one subgraph's answer only, and what the gateway says itself.
  'to clients': new Set([
    ...OF_ONE_HOP,
    ...['accept-ranges', 'age', 'allow', 'alt-svc', 'etag', 'expires', 'last-modified', 'vary'],
  ]),
};

const RESERVED_PREFIXES: Readonly<Record<Direction, readonly string[]>> = {
  'to subgraphs': ['content-', 'proxy-'],
  'to clients': ['content-', 'proxy-', 'access-control-'],
};

/**
 * Whether a header never passes: it would break HTTP, mean something else on the other side, or tell the shared secret.
 *
 * @param name in lower case
 */
export function isReserved(name: string, direction: Direction): boolean {
  return RESERVED[direction].has(name) || RESERVED_PREFIXES[direction].some((prefix) => name.startsWith(prefix));
}

/** What no header's value may have: not every HTTP parser lets anything pass but a tab, and what is no control character of ISO 8859-1. */
const FORBIDDEN_IN_VALUE = /[^\t\x20-\x7e\x80-\xff]/;

/** Whether a text can be a header's value. */
export function isHeaderValue(text: string): boolean {
  return !FORBIDDEN_IN_VALUE.test(text);
}

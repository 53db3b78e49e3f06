import { DEADLINE_HEADER } from '@lockstep/runtime/http/deadline.ts';
import { SECRET_HEADER } from '@lockstep/runtime/http/server/secret.ts';

/** Direction in which a header is passed. */
export type Direction = 'to subgraphs' | 'to clients';

/**
 * Headers of a connection rather than of the message (https://www.rfc-editor.org/rfc/rfc9110#section-7.6.1), and those that
 * the gateway and its subgraphs use themselves.
 */
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
  'set-cookie', // a shared call serves several clients; a hook can set it for one of them
];

const RESERVED: Readonly<Record<Direction, ReadonlySet<string>>> = {
  // A partial response, or 304 Not Modified, can't be merged with others.
  'to subgraphs': new Set([
    ...OF_ONE_HOP,
    ...['accept', 'accept-charset', 'accept-encoding', 'expect', 'range'],
    ...['if-match', 'if-none-match', 'if-modified-since', 'if-unmodified-since', 'if-range'],
  ]),
  // Headers that describe a single subgraph response, and those that the gateway sets.
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
 * Returns true for a header that is never passed on, because it would break HTTP, change its meaning, or reveal the shared
 * secret.
 *
 * @param name in lower case
 */
export function isReserved(name: string, direction: Direction): boolean {
  const folded = foldHeaderName(name);
  return RESERVED[direction].has(folded) || RESERVED_PREFIXES[direction].some((prefix) => folded.startsWith(prefix));
}

/**
 * Returns one name for all that a server may take for the same: those that follow CGI see neither the case of a header's
 * name nor which punctuation is in it, so that `X-User_Id` is `x-user-id` to them.
 *
 * @see https://www.rfc-editor.org/rfc/rfc3875#section-4.1.18
 */
export function foldHeaderName(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]/g, '-');
}

/** Characters that not every HTTP parser accepts in a header's value: all but tab and ISO 8859-1 without its control characters. */
const FORBIDDEN_IN_VALUE = /[^\t\x20-\x7e\x80-\xff]/;

/** Returns true if a text can be the value of a header. */
export function isHeaderValue(text: string): boolean {
  return !FORBIDDEN_IN_VALUE.test(text);
}

import type { IncomingHttpHeaders } from 'node:http';
import { foldHeaderName, isHeaderValue } from '../../configuration/reserved-headers.ts';
import type { RequestRule } from '../../configuration/sections/headers.ts';

/** Returns a function that removes the names that a rule matches, in any spelling that a server may take for them. */
export function removal({
  named,
  matching = '(?!)',
}: NonNullable<RequestRule['remove']>): (names: Map<string, unknown>) => void {
  const expression = new RegExp(matching, 'iu');
  const folded = named === undefined ? undefined : foldHeaderName(named);
  const isRemoved = (name: string) =>
    foldHeaderName(name) === folded || expression.test(name) || expression.test(foldHeaderName(name));
  return (names) => {
    for (const name of names.keys()) if (isRemoved(name)) names.delete(name);
  };
}

type Claims = Readonly<Record<string, unknown>> | undefined;

/** Returns a header's value; undefined if there is none that can be passed on. */
export function headerValue(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = Object.hasOwn(headers, name) ? headers[name] : undefined;
  const text = Array.isArray(value) ? value.join(', ') : value;
  return text !== undefined && isHeaderValue(text) ? text : undefined;
}

/**
 * Returns whether an answer varies with headers of its request. A cache of clients can't check these: clients send the gateway other
 * headers than it sends subgraphs.
 */
export function variesWithRequest(headers: IncomingHttpHeaders): boolean {
  const names = headerValue(headers, 'vary')
    ?.toLowerCase()
    .split(/[\s,]+/)
    .filter(Boolean);
  return names?.some((name) => name !== 'accept' && name !== 'accept-encoding' && name !== 'content-type') === true;
}

/**
 * Returns the names that a message's `connection` header limits to this connection.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-7.6.1
 */
export function namesOfConnection(headers: IncomingHttpHeaders): ReadonlySet<string> | undefined {
  const { connection } = headers;
  if (connection === undefined || connection === 'keep-alive' || connection === 'close') return undefined;
  return new Set(connection.toLowerCase().split(/[\s,]+/));
}

/**
 * Returns a claim as a header's value: a text, a number or a boolean as it is, anything else as JSON; undefined if there is
 * none. Characters of a text that would not arrive as they were sent are percent-encoded, as UTF-8: control characters,
 * spaces at either end, all beyond ASCII, and `%` itself, so that no two claims look alike; and a bracket or brace at its
 * start, so that no text looks like a list or an object.
 *
 * @param name of the claim or, with dots, of one inside others; a claim whose own name has dots comes first
 */
export function claimValue(claims: Claims, name: string): string | undefined {
  const claim = claims && claimOf(claims, name);
  if (claim === undefined || claim === null) return undefined;
  if (typeof claim === 'object') return JSON.stringify(claim).replaceAll(/[^\x20-\x7e]/g, toEscape);
  return String(claim)
    .toWellFormed()
    .replaceAll(/^[ [{]+| +$|[^\x20-\x7e]+|%/g, toPercentEncoding);
}

function claimOf(claims: Readonly<Record<string, unknown>>, name: string): unknown {
  if (Object.hasOwn(claims, name)) return claims[name];
  let found: unknown = claims;
  for (const key of name.split('.')) {
    found =
      typeof found === 'object' && found !== null && Object.hasOwn(found, key) ? Reflect.get(found, key) : undefined;
  }
  return found;
}

function toPercentEncoding(text: string): string {
  return encodeURIComponent(text);
}

function toEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

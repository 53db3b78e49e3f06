import type { IncomingHttpHeaders } from 'node:http';
import type { JwtSettings, TokenSource } from '../../configuration/sections/authentication.ts';
import { TokenError } from './token-error.ts';

type Settings = Pick<JwtSettings, 'sources' | 'ignoreOtherPrefixes'>;

/**
 * Returns the token of a request, from the first source that has one.
 *
 * @throws {TokenError} if a header has something else in its place
 */
export function findToken(
  headers: IncomingHttpHeaders,
  { sources, ignoreOtherPrefixes }: Settings,
): string | undefined {
  for (const source of sources) {
    const token =
      source.type === 'cookie'
        ? findCookie(headers.cookie, source.name)
        : findInHeader(headers[source.name]?.toString(), source, ignoreOtherPrefixes);
    if (token !== undefined) return token;
  }
  return undefined;
}

function findInHeader(
  value: string | undefined,
  { name, prefix }: Extract<TokenSource, { type: 'header' }>,
  ignoreOtherPrefixes: boolean,
): string | undefined {
  if (value === undefined || prefix === '') return value;
  const [scheme = '', token, ...rest] = value.trim().split(/\s+/);
  if (scheme.toLowerCase() !== prefix.toLowerCase()) {
    if (ignoreOtherPrefixes) return undefined;
    throw TokenError.invalid(`The ${name} header must have the form ${prefix} <token>.`);
  }
  if (token !== undefined && rest.length === 0) return token;
  throw TokenError.invalid(`The ${name} header must have the form ${prefix} <token>.`);
}

function findCookie(header: string | undefined, name: string): string | undefined {
  for (const cookie of header?.split(';') ?? []) {
    const [key = '', value] = cookie.trim().split('=', 2);
    if (key === name && value) return value;
  }
  return undefined;
}

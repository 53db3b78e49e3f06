import type { GraphQLAnswer } from '@lockstep/runtime/http/client/subgraph-answer.ts';
import type { SubgraphCacheSettings } from '../../configuration/sections/response-cache.ts';
import {
  ageSecondsOf,
  NO_STORE,
  parseCacheControl,
  StrictestCacheControl,
  secondsOf,
} from '../headers/cache-control.ts';
import { headerValue, variesWithRequest } from '../headers/header-values.ts';

/** Time for which an answer may be used, and by whom. */
export interface Freshness {
  /** Counted from the moment at which its call began. */
  readonly lifetimeMs: number;
  /** Time after its lifetime for which it may be used while another is fetched. */
  readonly staleWhileRevalidateMs: number;
  /** Time after its lifetime for which it may be used if the subgraph fails. */
  readonly staleIfErrorMs: number;
  /** True if it is for the client that the call was made for. */
  readonly isPrivate: boolean;
  /** `cache-control` that the client's is made of. */
  readonly cacheControl: string;
  /** Age at the moment at which its call began. */
  readonly ageMs: number;
}

/**
 * Returns how long an answer may be used, or undefined if it may not be stored.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9111#section-3
 * @see https://www.rfc-editor.org/rfc/rfc5861
 */
export function freshnessOf(
  { head, errors, data }: GraphQLAnswer,
  { ttlMs, maxTtlMs = Number.POSITIVE_INFINITY }: SubgraphCacheSettings,
): Freshness | undefined {
  if (head?.status !== 200 || errors || !data) return undefined;
  const { headers } = head;
  // Headers that it varies with are part of the key, or the same for all calls of this gateway; nobody knows those of `*`.
  if (headerValue(headers, 'vary')?.includes('*')) return undefined;
  const text = headerValue(headers, 'cache-control');
  if (text === undefined && headers['cache-control'] !== undefined) return undefined;
  const directives = parseCacheControl(text ?? '');
  if (directives.has('no-store') || directives.has('no-cache')) return undefined;
  const isPrivate = directives.has('private');
  const given = (isPrivate ? undefined : secondsOf(directives, 's-maxage')) ?? secondsOf(directives, 'max-age');
  const totalMs = Math.min(given === undefined ? (expiryMs(headers) ?? ttlMs ?? 0) : given * 1000, maxTtlMs);
  const ageMs = ageSecondsOf(headers) * 1000;
  const lifetimeMs = totalMs - ageMs;
  // https://www.rfc-editor.org/rfc/rfc9111#section-4.2.4. `s-maxage` would forbid it too, but a subgraph that sends it with one of the
  // other two asks for both, and CDNs take it so.
  const mayBeStale = !directives.has('must-revalidate') && !directives.has('proxy-revalidate');
  const staleMs = (name: string) =>
    mayBeStale ? Math.min((secondsOf(directives, name) ?? 0) * 1000, Math.max(0, maxTtlMs - totalMs)) : 0;
  const staleWhileRevalidateMs = staleMs('stale-while-revalidate');
  const staleIfErrorMs = staleMs('stale-if-error');
  if (!(lifetimeMs + Math.max(staleWhileRevalidateMs, staleIfErrorMs) > 0)) return undefined;
  const bound = `max-age=${Math.floor(totalMs / 1000)}`;
  const said = given === undefined ? `${text ?? ''}, ${bound}` : text;
  const cacheControl = variesWithRequest(headers) ? NO_STORE : within(bound, said);
  return { lifetimeMs, staleWhileRevalidateMs, staleIfErrorMs, isPrivate, ageMs, cacheControl };
}

/** Returns a `cache-control` with times that are within the bound. */
function within(bound: string, text = ''): string {
  const strictest = new StrictestCacheControl();
  strictest.add(`public, ${bound}`);
  strictest.add(text);
  return strictest.toString();
}

/** Returns the lifetime that `expires` gives; 0 if it can't be read (https://www.rfc-editor.org/rfc/rfc9111#section-5.3). */
function expiryMs(headers: NonNullable<GraphQLAnswer['head']>['headers']): number | undefined {
  const { expires, date } = headers;
  if (expires === undefined) return undefined;
  const ms = Date.parse(expires) - (Date.parse(date ?? '') || Date.now());
  return Number.isNaN(ms) ? 0 : ms;
}

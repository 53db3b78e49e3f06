import type { GraphQLAnswer } from '@lockstep/runtime/http/client/subgraph-answer.ts';
import { ageSecondsOf, StrictestCacheControl } from '../headers/cache-control.ts';
import { headerValue } from '../headers/header-values.ts';
import type { Entry } from './store.ts';

type Head = NonNullable<GraphQLAnswer['head']>;

/**
 * Returns the head of an answer that is made of stored entries and of replies: its `cache-control` is the strictest of all, its
 * `age` that of the oldest.
 *
 * @param replies the last one gives all other headers
 */
export function mergedHead(entries: readonly Entry[], replies: readonly Head[], now: number): Head {
  const strictest = new StrictestCacheControl();
  for (const { cacheControl, ageMs, since } of entries) {
    strictest.add(cacheControl, Math.ceil((ageMs + now - since) / 1000));
  }
  let head: Head = { status: 200, headers: {} };
  for (const { status, headers } of replies) {
    const { age: _, ...others } = headers;
    strictest.add(headerValue(others, 'cache-control'), ageSecondsOf(headers));
    head = { status, headers: others };
  }
  const headers = { ...head.headers, 'cache-control': strictest.toString(), age: String(strictest.ageSeconds) };
  return { ...head, headers };
}

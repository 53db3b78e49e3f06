import type { GraphQLAnswer } from '@lockstep/runtime/http/client/subgraph-answer.ts';
import { isRecord, type JsonRecord } from '@lockstep/runtime/json-record.ts';
import type { SubgraphCacheSettings } from '../../configuration/sections/response-cache.ts';
import type { FetchRequest } from '../../execution/fetching/fetch-request.ts';
import { copyOf } from '../../execution/fetching/records.ts';
import { tagsOfEntity, tagsOfRoot } from '../answer-tags.ts';
import type { CacheKeys } from './cache-keys.ts';
import { entitiesOf, type PartialAnswer } from './cached-answer.ts';
import { type Freshness, freshnessOf } from './freshness.ts';
import type { Entries, PendingEntries } from './pending-entries.ts';
import type { Entry, Moment, Store } from './store.ts';
import type { TraitReader } from './trait-reader.ts';

/** A request whose answer is stored. */
interface WriteRequest {
  readonly request: FetchRequest;
  readonly keys: CacheKeys;
  readonly settings: SubgraphCacheSettings;
}

/** Stores what may be stored of answers. */
export class EntryWriter {
  readonly #store: Store;
  readonly #traits: TraitReader;
  readonly #pending: PendingEntries;

  constructor(store: Store, traits: TraitReader, pending: PendingEntries) {
    this.#store = store;
    this.#traits = traits;
    this.#pending = pending;
  }

  /**
   * Stores what may be stored of an answer, which tells clients then what the stored one is going to tell.
   *
   * @param moment at which its call began
   * @returns the entries that are for everybody, in the order of the indices
   */
  write(
    { request, keys, settings }: WriteRequest,
    { indices, answer }: PartialAnswer,
    moment: Moment | undefined,
  ): Entries {
    if (answer.errors || answer.head?.status !== 200) return []; // it says nothing about what is stored
    const freshness = freshnessOf(answer, settings);
    if (freshness) answer.head = headOf(answer.head, freshness);
    if (!moment) return [];
    const values = valuesOf(request, answer, indices);
    this.#pending.note(keys.scope, freshness !== undefined && !freshness.isPrivate);
    const gone: string[] = [];
    const stored = indices.map((index, position) => {
      const value = values?.[position];
      const key = freshness?.isPrivate ? keys.privateKey(index) : keys.publicKey(index);
      if (!freshness || key === undefined || !isRecord(value)) {
        gone.push(...keys.allOf(index));
        return undefined;
      }
      const tags = request.representations ? tagsOfEntity(answer, position) : tagsOfRoot(answer);
      const traits = this.#traits.read(request, index, tags);
      const entry = { ...toEntry(value, freshness, moment.since), traits };
      this.#store.set(key, entry, moment);
      return freshness.isPrivate ? undefined : entry;
    });
    if (gone.length > 0) this.#store.delete(gone); // the subgraph has answered otherwise
    return stored;
  }
}

type Head = NonNullable<GraphQLAnswer['head']>;

function headOf({ status, headers }: Head, { cacheControl }: Freshness): Head {
  return { status, headers: { ...headers, 'cache-control': cacheControl } };
}

function toEntry(value: JsonRecord, freshness: Freshness, since: number): Entry {
  return { ...freshness, value: copyOf(value), length: JSON.stringify(value).length, since };
}

/**
 * Returns the value of each part that was asked for, or undefined if the answer can't be used. Root fields that are null are no
 * value, as entities are none that are null: what they ask for may exist at the next moment, and nothing tells which answer it is
 * in then.
 */
function valuesOf(
  { representations }: FetchRequest,
  answer: GraphQLAnswer,
  { length }: readonly number[],
): readonly unknown[] | undefined {
  if (representations) return entitiesOf(answer, length);
  return [Object.values(answer.data ?? {}).includes(null) ? null : answer.data];
}

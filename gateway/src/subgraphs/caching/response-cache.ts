import { replyDropped } from '@lockstep/runtime/graphql/errors.ts';
import { NoRoomError } from '@lockstep/runtime/http/bytes-in-flight.ts';
import type { GraphQLAnswer } from '@lockstep/runtime/http/client/subgraph-answer.ts';
import { isRecord, type JsonRecord } from '@lockstep/runtime/json-record.ts';
import type { SubgraphCacheSettings } from '../../configuration/sections/response-cache.ts';
import { FetchRequest } from '../../execution/fetching/fetch-request.ts';
import { copyOf } from '../../execution/fetching/records.ts';
import type { Tally } from '../../telemetry/tally.ts';
import type { CallContext, CallOperation } from '../call-context.ts';
import type { Call, Step } from '../call-step.ts';
import { CacheKeys, ownerOf } from './cache-keys.ts';
import { entitiesOf, joinEntities, type PartialAnswer } from './cached-answer.ts';
import type { DocumentTypeReader } from './document-types.ts';
import { collectScalars, markOf, type Traits } from './drop.ts';
import { type Freshness, freshnessOf } from './freshness.ts';
import type { Entry, MemoryStore } from './memory-store.ts';
import { mergedHead } from './merged-head.ts';
import { dropOfMutation } from './mutation-drop.ts';
import { inTime, PendingEntries } from './pending-entries.ts';

export interface CacheOptions {
  readonly store: MemoryStore;
  /** Undefined if nothing of the subgraph is stored: its mutations drop what is stored of others. */
  readonly settings: SubgraphCacheSettings | undefined;
  /** Address and schema of the subgraph. */
  readonly origin: string;
  readonly types: DocumentTypeReader;
  /** Set if answers are to have the status and the headers of their replies. */
  readonly keepsHeads: boolean;
  /** Counts of entities and root fetches by subgraph and result. */
  readonly lookups?: Tally | undefined;
}

/**
 * Stores answers of one subgraph, and answers from the store: root fetches as a whole, entities one by one, so that only those
 * that aren't stored are fetched. What is fetched for a mutation is stored, but never comes from the store.
 */
export function cache(options: CacheOptions): Step<GraphQLAnswer> {
  return (next) => {
    const cached = new CachedCalls(options, next);
    return (request, context) => cached.call(request, context);
  };
}

/** A request, and the keys of its parts: of each entity, or of the one answer to a root fetch. */
interface Lookup {
  readonly request: FetchRequest;
  readonly context: CallContext;
  readonly settings: SubgraphCacheSettings;
  readonly keys: CacheKeys;
  readonly isMutation: boolean;
}

/** Stored entries by the index of their part. */
type Entries = (Entry | undefined)[];

class CachedCalls {
  readonly #options: CacheOptions;
  readonly #next: Call<GraphQLAnswer>;
  readonly #pending = new PendingEntries();

  constructor(options: CacheOptions, next: Call<GraphQLAnswer>) {
    this.#options = options;
    this.#next = next;
  }

  async call(request: FetchRequest, context: CallContext): Promise<GraphQLAnswer> {
    const { settings, keepsHeads } = this.#options;
    const answer = await (request.constants.kind === 'mutation'
      ? this.#mutate(request, context)
      : settings && context.operation
        ? this.#answer(this.#lookup(request, context, settings, context.operation))
        : this.#next(request, context));
    if (!keepsHeads) delete answer.head;
    return answer;
  }

  #lookup(
    request: FetchRequest,
    context: CallContext,
    settings: SubgraphCacheSettings,
    operation: CallOperation,
  ): Lookup {
    const keys = new CacheKeys(this.#options.origin, context, request, ownerOf(settings.privateId, operation));
    return { request, context, settings, keys, isMutation: operation.isMutation };
  }

  async #mutate(request: FetchRequest, context: CallContext): Promise<GraphQLAnswer> {
    const { store, types } = this.#options;
    let answer: GraphQLAnswer | undefined;
    try {
      answer = await this.#next(request, context);
      return answer;
    } finally {
      store.drop(dropOfMutation(request, types.read(request.constants), answer));
    }
  }

  async #answer(lookup: Lookup): Promise<GraphQLAnswer> {
    const { request, context } = lookup;
    const entries = this.#find(lookup);
    const missing = missingIn(entries);
    this.#count(request, entries.length - missing.length, missing.length);
    const parts = missing.length > 0 ? await this.#fetchMissing(lookup, entries, missing) : [];
    const [only] = parts;
    if (only?.indices.length === entries.length) return only.answer;
    takeBytes(entries, request, context);
    return this.#join(lookup, entries, parts);
  }

  /** Returns what is stored of a request. */
  #find({ request, keys, isMutation }: Lookup): Entries {
    const { store } = this.#options;
    const count = request.representations?.length ?? 1;
    const entries: Entries = Array.from({ length: count }, () => undefined);
    if (isMutation) return entries;
    for (let index = 0; index < count; index++) {
      const privateKey = keys.privateKey(index);
      entries[index] = (privateKey && store.get(privateKey)) || store.get(keys.publicKey(index));
    }
    return entries;
  }

  /** Fetches what is missing, except for what another request is fetching already, which is added to the entries. */
  async #fetchMissing(lookup: Lookup, entries: Entries, missing: readonly number[]): Promise<PartialAnswer[]> {
    const { keys, context, isMutation } = lookup;
    const { epoch } = this.#options.store;
    const pendingOf = (index: number) => (isMutation ? undefined : this.#pending.find(keys.publicKey(index), epoch));
    const joined = missing.flatMap((index) => {
      const pending = pendingOf(index);
      return pending ? [{ index, entry: inTime(pending, context) }] : [];
    });
    const ofOthers = new Set(joined.map(({ index }) => index));
    const own = missing.filter((index) => !ofOthers.has(index));
    const [fetched] = await Promise.all([
      own.length > 0 ? this.#fetch(lookup, own) : undefined,
      ...joined.map(async ({ index, entry }) => {
        entries[index] = await entry;
      }),
    ]);
    const failed = joined.flatMap(({ index }) => (entries[index] ? [] : [index]));
    const again = failed.length > 0 ? await this.#fetch(lookup, failed) : undefined;
    return [fetched, again].filter((part) => part !== undefined);
  }

  async #fetch(lookup: Lookup, indices: readonly number[]): Promise<PartialAnswer> {
    const { request, context, keys } = lookup;
    const { store } = this.#options;
    const { epoch } = store;
    const since = store.now();
    const publicKeys = indices.map((index) => keys.publicKey(index));
    const settle = this.#pending.announce(keys.scope, publicKeys, epoch);
    let stored: Entries = [];
    try {
      const answer = await this.#next(partOf(request, indices), context);
      stored = this.#store(lookup, { indices, answer }, { since, epoch });
      return { indices, answer };
    } finally {
      settle(stored);
    }
  }

  /** Stores what may be stored of an answer. @returns the entries that are for everybody, in the order of the indices */
  #store(
    { request, keys, settings }: Lookup,
    { indices, answer }: PartialAnswer,
    { since, epoch }: { readonly since: number; readonly epoch: number },
  ): Entries {
    const freshness = freshnessOf(answer, settings);
    const values = valuesOf(request, answer, indices);
    if (!answer.errors) this.#pending.note(keys.scope, freshness !== undefined && !freshness.isPrivate);
    return indices.map((index, position) => {
      const value = values?.[position];
      const key = freshness?.isPrivate ? keys.privateKey(index) : keys.publicKey(index);
      if (!freshness || key === undefined || !isRecord(value)) return this.#forget(keys, index);
      const entry = this.#toEntry(request, index, value, freshness, since);
      this.#options.store.set(key, entry, epoch);
      return freshness.isPrivate ? undefined : entry;
    });
  }

  /** Forgets what was stored of a part, now that the subgraph has answered otherwise. */
  #forget(keys: CacheKeys, index: number): undefined {
    const privateKey = keys.privateKey(index);
    if (privateKey !== undefined) this.#options.store.delete(privateKey);
    this.#options.store.delete(keys.publicKey(index));
  }

  #toEntry(request: FetchRequest, index: number, value: JsonRecord, freshness: Freshness, since: number): Entry {
    const traits = this.#traitsOf(request, index);
    return { ...freshness, value: copyOf(value), length: JSON.stringify(value).length, since, traits };
  }

  #traitsOf({ constants, representations }: FetchRequest, index: number): Traits {
    const { subgraph } = constants;
    const { inner } = this.#options.types.read(constants);
    const representation = representations?.[index];
    if (representation === undefined) {
      return { subgraph, entityType: undefined, keys: [], innerTypes: [...inner, markOf(subgraph)] };
    }
    const { __typename: entityType, ...others } = JSON.parse(representation);
    const keys = new Set<string>();
    collectScalars(others, keys);
    const innerTypes = inner.length > 0 ? [...inner, markOf(subgraph)] : inner;
    return { subgraph, entityType: String(entityType), keys: [...keys], innerTypes };
  }

  #join({ request }: Lookup, entries: Entries, parts: readonly PartialAnswer[]): GraphQLAnswer {
    const { keepsHeads, store } = this.#options;
    const used = entries.filter((entry) => entry !== undefined);
    const replies = parts.flatMap(({ answer: { head } }) => head ?? []);
    const answer: GraphQLAnswer = request.representations
      ? joinEntities(entries, parts)
      : { data: isRecord(used[0]?.value) ? copyOf(used[0].value) : null };
    if (keepsHeads) answer.head = mergedHead(used, replies, store.now());
    return answer;
  }

  #count({ constants: { subgraph } }: FetchRequest, hits: number, misses: number): void {
    const { lookups } = this.#options;
    if (hits > 0) lookups?.add(subgraph, 'hit', hits);
    if (misses > 0) lookups?.add(subgraph, 'miss', misses);
  }
}

function missingIn(entries: Entries): number[] {
  return [...entries.keys()].filter((index) => entries[index] === undefined);
}

/** Returns the request for some of the entities. */
function partOf(request: FetchRequest, indices: readonly number[]): FetchRequest {
  const { constants, variables, representations, execution } = request;
  if (!representations || indices.length === representations.length) return request;
  return new FetchRequest(
    constants,
    variables,
    indices.map((index) => representations[index] ?? ''),
    execution,
  );
}

/** Returns the value of each part that was asked for, or undefined if the answer can't be used. */
function valuesOf(
  { representations }: FetchRequest,
  answer: GraphQLAnswer,
  { length }: readonly number[],
): readonly unknown[] | undefined {
  return representations ? entitiesOf(answer, length) : [answer.data];
}

/** Counts stored entries as if a reply had brought them. @throws `OVERLOADED` if the process may not hold so much more */
function takeBytes(entries: Entries, { constants }: FetchRequest, { bytes }: CallContext): void {
  try {
    for (const entry of entries) if (entry) bytes?.takeReply(entry.length);
  } catch (error) {
    throw error instanceof NoRoomError ? replyDropped(constants.subgraph) : error;
  }
}

import { replyDropped } from '@lockstep/runtime/graphql/errors.ts';
import { NoRoomError } from '@lockstep/runtime/http/bytes-in-flight.ts';
import type { GraphQLAnswer } from '@lockstep/runtime/http/client/subgraph-answer.ts';
import { isRecord } from '@lockstep/runtime/json-record.ts';
import { isPromise } from '@lockstep/runtime/promises.ts';
import type { SubgraphCacheSettings } from '../../configuration/sections/response-cache.ts';
import type { FetchRequest } from '../../execution/fetching/fetch-request.ts';
import { copyOf } from '../../execution/fetching/records.ts';
import type { CacheCounts } from '../../telemetry/cache-counts.ts';
import type { CallContext, CallOperation } from '../call-context.ts';
import type { Call, Step } from '../call-step.ts';
import { CacheKeys, ownerOf } from './cache-keys.ts';
import type { CacheTags } from './cache-tags.ts';
import { joinEntities, type PartialAnswer, partOf } from './cached-answer.ts';
import type { DocumentTypeReader } from './document-types.ts';
import { EntryWriter } from './entry-writer.ts';
import { type Entries, findEntries, missingIn } from './found-entries.ts';
import { countFallBack, countLookup } from './lookup-counts.ts';
import { mergedHead } from './merged-head.ts';
import { dropOfMutation } from './mutation-drop.ts';
import { inTime, PendingEntries, type Entries as PendingEntryList } from './pending-entries.ts';
import { type Entry, isFresh, type Store } from './store.ts';
import { TraitReader } from './trait-reader.ts';

export interface CacheOptions {
  readonly store: Store;
  /** Undefined if nothing of the subgraph is stored: its mutations drop what is stored of others. */
  readonly settings: SubgraphCacheSettings | undefined;
  /** Address and schema of the subgraph. */
  readonly origin: string;
  readonly types: DocumentTypeReader;
  /** Undefined if the schemas have no tags. */
  readonly tags?: CacheTags | undefined;
  /** Set if answers are to have the status and the headers of their replies. */
  readonly keepsHeads: boolean;
  /** Undefined if there are no metrics. */
  readonly counts?: CacheCounts | undefined;
}

/**
 * Stores answers of one subgraph, and answers from the store: root fetches as a whole, entities one by one, so that only those
 * that aren't stored are fetched. What is fetched for a mutation is stored, but never comes from the store.
 */
export function cache(options: CacheOptions): Step<GraphQLAnswer> {
  return (next) => {
    const cached = new CachedCalls(options, next);
    const isCached = options.settings !== undefined;
    return (request, context) =>
      isCached || request.constants.kind === 'mutation' ? cached.call(request, context) : next(request, context);
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

/** Statuses with which a subgraph fails: https://www.rfc-editor.org/rfc/rfc5861#section-4 */
const FAILURES: ReadonlySet<number> = new Set([500, 502, 503, 504]);

// Over 200 lines, because it is the way of one request through the cache, in its order.
class CachedCalls {
  readonly #options: CacheOptions;
  readonly #next: Call<GraphQLAnswer>;
  readonly #pending = new PendingEntries();
  readonly #writer: EntryWriter;

  constructor(options: CacheOptions, next: Call<GraphQLAnswer>) {
    this.#options = options;
    this.#next = next;
    this.#writer = new EntryWriter(options.store, new TraitReader(options.types, options.tags), this.#pending);
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
      await store.drop(dropOfMutation(request, types.read(request.constants), answer));
    }
  }

  async #answer(lookup: Lookup): Promise<GraphQLAnswer> {
    const { request, context } = lookup;
    const found = findEntries(lookup, this.#options.store);
    const { entries, stale, fallbacks } = isPromise(found) ? await found : found;
    const missing = missingIn(entries);
    const { length: count } = entries;
    context.timed?.noteCache({
      hit: count - missing.length - stale.length,
      stale: stale.length,
      miss: missing.length,
    });
    if (this.#options.counts) countLookup(this.#options.counts, request, { entries, stale });
    if (stale.length > 0) this.#refresh(lookup, stale);
    const parts = missing.length > 0 ? await this.#fetchOrFallBack(lookup, entries, missing, fallbacks) : [];
    const [only] = parts;
    this.#tell(lookup, entries);
    if (only?.indices.length === count) return only.answer;
    takeBytes(entries, request, context);
    return this.#join(lookup, entries, parts);
  }

  /** Fetches stale entries anew, once at a time and for no client in particular. */
  #refresh(lookup: Lookup, stale: readonly number[]): void {
    const { keys, context } = lookup;
    const moment = this.#options.store.moment();
    const idle = stale.filter((index) => !this.#pending.find(keys.publicKey(index), moment));
    if (idle.length === 0) return;
    const { headers, operation } = context;
    const alone: CallContext = { headers, operation, signal: new AbortController().signal };
    // A failure is logged by the client of the subgraph, and whoever comes next tries again.
    this.#fetch({ ...lookup, context: alone }, idle).catch(() => {});
  }

  /** Fetches what is missing. If the subgraph fails, stale entries take its place if they may, and if there are enough of them. */
  async #fetchOrFallBack(
    lookup: Lookup,
    entries: Entries,
    missing: readonly number[],
    fallbacks: ReadonlyMap<number, Entry>,
  ): Promise<PartialAnswer[]> {
    const { request, context } = lookup;
    const mayFallBack = () =>
      missing.every((index) => {
        const entry = entries[index] ?? fallbacks.get(index);
        return entry && isFresh(entry, this.#options.store.now(), entry.staleIfErrorMs);
      });
    const fallBack = (): PartialAnswer[] => {
      for (const index of missing) entries[index] ??= fallbacks.get(index);
      context.timed?.noteCache({ stale: missing.length });
      if (this.#options.counts) countFallBack(this.#options.counts, request, missing);
      return [];
    };
    try {
      const parts = await this.#fetchMissing(lookup, entries, missing);
      const hasFailed = parts.some(({ answer: { head } }) => head && FAILURES.has(head.status));
      return hasFailed && mayFallBack() ? fallBack() : parts;
    } catch (error) {
      if (fallbacks.size === 0 || context.signal.aborted || !mayFallBack()) throw error;
      return fallBack();
    }
  }

  /** Fetches what is missing, except for what another request is fetching already, which is added to the entries. */
  async #fetchMissing(lookup: Lookup, entries: Entries, missing: readonly number[]): Promise<PartialAnswer[]> {
    const { keys, context, isMutation } = lookup;
    const { store } = this.#options;
    const moment = store.moment();
    const pendingOf = (index: number) => (isMutation ? undefined : this.#pending.find(keys.publicKey(index), moment));
    const joined = missing.flatMap((index) => {
      const pending = pendingOf(index);
      return pending ? [{ index, entry: inTime(pending, context) }] : [];
    });
    const ofOthers = new Set(joined.map(({ index }) => index));
    const own = missing.filter((index) => !ofOthers.has(index));
    const [fetched] = await Promise.all([
      own.length > 0 ? this.#fetch(lookup, own) : undefined,
      ...joined.map(async ({ index, entry }) => {
        const found = await entry;
        if (found && isFresh(found, store.now())) entries[index] = found; // the call may have taken longer than that
      }),
    ]);
    const failed = joined.flatMap(({ index }) => (entries[index] ? [] : [index]));
    const again = failed.length > 0 ? await this.#fetch(lookup, failed) : undefined;
    return [fetched, again].filter((part) => part !== undefined);
  }

  async #fetch(lookup: Lookup, indices: readonly number[]): Promise<PartialAnswer> {
    const { request, context, keys } = lookup;
    const moment = this.#options.store.moment();
    const publicKeys = indices.map((index) => keys.publicKey(index));
    const settle = this.#pending.announce(keys.scope, publicKeys, moment);
    let stored: PendingEntryList = [];
    try {
      const answer = await this.#next(partOf(request, indices), context);
      stored = this.#writer.write(lookup, { indices, answer }, moment);
      return { indices, answer };
    } finally {
      settle(stored);
    }
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

  /** Tells the client what came from the cache. */
  #tell({ request: { constants }, context: { operation }, isMutation }: Lookup, entries: Entries): void {
    operation?.cacheStatus?.add(constants.subgraph, { entries, now: this.#options.store.now(), isMutation });
  }
}

/** Counts stored entries as if a reply had brought them. @throws `OVERLOADED` if the process may not hold so much more */
function takeBytes(entries: Entries, { constants }: FetchRequest, { bytes }: CallContext): void {
  try {
    for (const entry of entries) if (entry) bytes?.takeReply(entry.length);
  } catch (error) {
    throw error instanceof NoRoomError ? replyDropped(constants.subgraph) : error;
  }
}

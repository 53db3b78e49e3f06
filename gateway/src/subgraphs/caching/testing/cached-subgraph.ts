import type { GraphQLAnswer } from '@lockstep/runtime/http/client/subgraph-answer.ts';
import { buildSchema } from 'graphql';
import type { SubgraphCacheSettings } from '../../../configuration/sections/response-cache.ts';
import { FetchRequest, fetchConstants } from '../../../execution/fetching/fetch-request.ts';
import { fieldPaths, fieldSet } from '../../../planning/join-directives.ts';
import { CacheCounts } from '../../../telemetry/cache-counts.ts';
import { type CallContext, NO_CONTEXT } from '../../call-context.ts';
import { ForwardedHeaders } from '../../forwarded-headers.ts';
import type { CacheStatus } from '../cache-status.ts';
import { DocumentTypeReader } from '../document-types.ts';
import { MemoryStore } from '../memory-store.ts';
import { cache } from '../response-cache.ts';

const SCHEMA = `
  type Query { books: [Book] count: Int me: User }
  type Mutation { rename(id: ID): Book renameAny: Book close(id: ID): Boolean }
  type Book { id: ID isbn: ID name: String author: User }
  type User { id: ID name: String }`;

const keyOf = (text: string) => ({ subgraph: 'books', fields: fieldPaths(fieldSet(text)) });

const MINUTE = 'max-age=60';

/** A call as the subgraph gets it. */
export interface ReceivedCall {
  readonly request: FetchRequest;
  readonly context: CallContext;
  /** Ids of the entities. */
  readonly ids: readonly string[];
}

type Reply = (call: ReceivedCall) => GraphQLAnswer | Promise<GraphQLAnswer>;

/** Options of one request. */
interface Sent {
  readonly isMutation?: boolean;
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly context?: Partial<CallContext>;
  readonly status?: CacheStatus;
}

/** The cache before a subgraph of this process, on a clock that the test sets. */
export class CachedSubgraph {
  nowMs = 0;
  readonly calls: ReceivedCall[] = [];
  readonly counts = new CacheCounts();
  readonly store: MemoryStore;
  cacheControl: string | undefined = MINUTE;
  reply: Reply = ({ ids }) => ({ data: { _entities: ids.map((id) => ({ name: `book ${id}` })) } });
  readonly #call: ReturnType<ReturnType<typeof cache>>;

  /** @param keys field sets, each a key of a book */
  constructor(
    settings: SubgraphCacheSettings = {},
    { keepsHeads = false, maxBytes = 10_000_000, keys = ['id'] as readonly string[] } = {},
  ) {
    this.store = new MemoryStore(maxBytes, () => this.nowMs);
    const entityKeys = new Map(Object.entries({ Book: keys.map(keyOf), User: [keyOf('id')] }));
    const types = new DocumentTypeReader(buildSchema(SCHEMA), entityKeys);
    const options = { store: this.store, settings, origin: 'books', types, keepsHeads, counts: this.counts };
    this.#call = cache(options)(async (request, context) => {
      const ids = (request.representations ?? []).map((one) => String(JSON.parse(one).id));
      const call = { request, context, ids };
      this.calls.push(call);
      const answer = await this.reply(call);
      const headers = this.cacheControl === undefined ? {} : { 'cache-control': this.cacheControl };
      return { head: { status: 200, headers }, ...answer };
    });
  }

  /** Asks for books by their ids. */
  entities(ids: readonly (number | string)[], sent: Sent = {}, selection = 'name'): Promise<GraphQLAnswer> {
    const representations = ids.map((id) => JSON.stringify({ __typename: 'Book', id: String(id) }));
    const query = `query($representations:[_Any!]!){_entities(representations:$representations){...on Book{${selection}}}}`;
    return this.#send(query, {}, sent, representations);
  }

  /** Sends a query or a mutation. */
  root(query: string, sent: Sent = {}, variables: Record<string, unknown> = {}): Promise<GraphQLAnswer> {
    return this.#send(query, variables, sent);
  }

  /** Sends a request as it is. */
  send(request: FetchRequest, context: Partial<CallContext>): Promise<GraphQLAnswer> {
    return this.#call(request, { ...NO_CONTEXT, ...context });
  }

  #send(query: string, variables: Record<string, unknown>, sent: Sent, representations?: string[]) {
    const kind = query.startsWith('mutation') ? 'mutation' : 'query';
    const constants = fetchConstants({ serviceName: 'books', operation: query, operationName: undefined }, kind);
    const { isMutation = kind === 'mutation', claims, headers = {}, context, status: cacheStatus } = sent;
    return this.send(new FetchRequest(constants, variables, representations), {
      headers: new ForwardedHeaders(headers),
      operation: { isMutation, claims, headers, cacheStatus },
      ...context,
    });
  }

  /** Returns the ids of each call, and forgets the calls. */
  takeIds(): string[] {
    return this.calls.splice(0).map(({ ids }) => ids.join());
  }
}

/** Returns the names of the books in an answer. */
export function namesIn({ data }: GraphQLAnswer): unknown[] {
  const entities = data?._entities;
  return Array.isArray(entities) ? entities.map((entity) => entity?.name) : [];
}

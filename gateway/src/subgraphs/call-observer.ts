import type { GraphQLAnswer, Reply } from '@lockstep/runtime/http/client/subgraph-answer.ts';
import type { Exchange } from '@lockstep/runtime/http/client/subgraph-client.ts';
import type { FetchRequest } from '../execution/fetching/fetch-request.ts';
import type { CallContext } from './call-context.ts';
import type { ForwardedHeaders } from './forwarded-headers.ts';

/** Sends a call once. */
export type Send = (exchange: Exchange) => Promise<Reply>;

/** Is told of the calls to one subgraph, where somebody wants to know. */
export interface CallObserver {
  /** Runs one fetch of an operation, which may share its call with others. */
  fetch(run: (context: CallContext) => Promise<GraphQLAnswer>, context: CallContext): Promise<GraphQLAnswer>;
  /** Makes what sends one call, each time that it is called. */
  sender(request: FetchRequest, headers: ForwardedHeaders, exchange: Exchange, send: Send): () => Promise<Reply>;
  /** A fetch has had the reply to a call that was under way already. */
  joined(headers: ForwardedHeaders, reply: Reply): void;
  /** Fetches have travelled as one call, which was the first one's. */
  batched(headers: readonly ForwardedHeaders[]): void;
}

import type { IncomingHttpHeaders } from 'node:http';
import type { GraphQLFormattedError } from 'graphql';

/**
 * What the module under `gateway.hooks` exports: any of these functions, each under its name. They may be asynchronous,
 * and are waited for until the operation's deadline at most.
 *
 * A `GraphQLError` that one throws is told to the client, where it has a code (`extensions.code`). For any other error the
 * client gets `INTERNAL_SERVER_ERROR` and an id, and the log the whole of it.
 */
export interface GatewayHooks {
  /** A valid operation has come. An error refuses it: `extensions.http.status` is the answer's status, 500 otherwise. */
  request?(event: RequestEvent): void | Promise<void>;
  /** A subgraph is going to be called. An error fails this call: its fields are null. */
  subgraphRequest?(event: SubgraphRequestEvent): void | Promise<void>;
  /** A subgraph has answered; where a call was shared, once for each operation. An error makes it a call that failed. */
  subgraphResponse?(event: SubgraphResponseEvent): void | Promise<void>;
  /** An answer of GraphQL is going to be sent, whatever became of the operation. An error takes its place. */
  response?(event: ResponseEvent): void | Promise<void>;
}

/** What every hook is told. */
export interface HookEvent {
  /** Goes through all hooks of one operation: theirs to keep things in. */
  readonly context: Record<string, unknown>;
  /** The token's, once it was verified; undefined for a request without a token. */
  readonly claims: Readonly<Record<string, unknown>> | undefined;
  /** Aborted when the client leaves. */
  readonly signal: AbortSignal;
}

export interface RequestEvent extends HookEvent {
  /** The client's, by name in lower case. */
  readonly headers: Readonly<IncomingHttpHeaders>;
  readonly kind: 'query' | 'mutation' | 'subscription';
  readonly operationName: string | undefined;
  /** The document's text. */
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

export interface SubgraphRequestEvent extends HookEvent {
  readonly subgraph: string;
  readonly kind: 'query' | 'mutation';
  /** Those that go with the call, after the header rules. They may be changed; calls with other headers aren't shared. */
  readonly headers: Headers;
  /** The document that the subgraph is asked. */
  readonly query: string;
  /** All but the representations. */
  readonly variables: Readonly<Record<string, unknown>>;
  /** The entities that are asked for, as JSON each; undefined where root fields are. */
  readonly representations: readonly string[] | undefined;
}

export interface SubgraphResponseEvent extends HookEvent {
  readonly subgraph: string;
  readonly status: number;
  /** The subgraph's. What is changed here is what the header rules for answers find. */
  readonly headers: Headers;
  readonly data: Readonly<Record<string, unknown>> | null | undefined;
  readonly errors: readonly GraphQLFormattedError[] | undefined;
}

export interface ResponseEvent extends HookEvent {
  readonly operationName: string | undefined;
  /** Those of the answer. They may be changed. */
  readonly headers: Headers;
  readonly data: Readonly<Record<string, unknown>> | null | undefined;
  readonly errors: readonly GraphQLFormattedError[] | undefined;
}

import type { IncomingHttpHeaders } from 'node:http';
import type { GraphQLFormattedError } from 'graphql';

/** Media types that subgraphs are asked for. */
export const ACCEPT = 'application/graphql-response+json, application/json;q=0.9';

/** Reply of a subgraph as it came. */
export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** Address of the instance that it is from, if the subgraph has several. */
  readonly instance?: URL;
}

/** Answer of a subgraph in GraphQL, whatever its HTTP status. */
export interface GraphQLAnswer {
  data?: Record<string, unknown> | null;
  errors?: GraphQLFormattedError[];
  /** May hold the tags of what is cached. As it came: nothing has checked that it is an object. */
  extensions?: Record<string, unknown>;
  /** Status and headers of the reply, kept for header rules and hooks, and if the status says that the subgraph is gone. */
  head?: Pick<Reply, 'status' | 'headers'>;
}

import { z } from 'zod';
import { onOff } from '../values.ts';

// Keys directly under `gateway`: its address, its paths and its pages.

const LISTEN_RULE =
  'give an address and a port, such as 127.0.0.1:4000 or [::]:4000, or a socket, such as unix:/run/lockstep/gateway.sock';
const LISTEN = /^(?:(\[[0-9a-fA-F:.]+\]|[^\s:/[\]]+):(\d{1,5})|unix:(\/\S+))$/;
const MAX_PORT = 65_535;
/** Default of `gateway.listen`. */
export const DEFAULT_LISTEN = '127.0.0.1:4000';

/** Address that the gateway listens on. */
export interface ListenAddress {
  readonly host: string;
  /** Port; 0 picks a free one. */
  readonly port: number;
  /** Path of the socket that it listens on instead; undefined for host and port. */
  readonly socketPath?: string;
}

/** `gateway.listen` */
export const listenAddress = z
  .string(LISTEN_RULE)
  .regex(LISTEN, LISTEN_RULE)
  .refine((text) => toAddress(text).port <= MAX_PORT, LISTEN_RULE)
  .transform(toAddress)
  .prefault(DEFAULT_LISTEN)
  .describe(
    'Address and port, or `unix:` and the path of a socket, to listen on. A change takes effect at the next start.',
  );

/** Returns a schema of an endpoint's path, such as `/graphql`. */
function urlPath(fallback: string) {
  return anyUrlPath(fallback).prefault(fallback);
}

/** Returns a schema of an endpoint's path without a default. */
export function anyUrlPath(example: string) {
  const rule = `give a path such as ${example}, with / followed by letters, digits, - _ . ~ /`;
  return z.string(rule).regex(/^\/[\w\-.~/]*$/, rule);
}

/** `gateway.path` */
export const graphqlPath = urlPath('/graphql').describe('Path of the GraphQL endpoint.');

/** `gateway.health_check` */
export const healthCheck = z.strictObject({
  live: urlPath('/health/live').describe('Path that returns 200 while the process runs.'),
  ready: urlPath('/health/ready').describe(
    'Path that returns 200 while new requests are accepted: once there is a supergraph, and until the process begins to stop.',
  ),
});

/** `gateway.introspection` */
export const introspection = onOff(true).describe(
  'Lets clients introspect the schema. If unset, false with NODE_ENV=production.',
);

/** Path of GraphiQL. */
export const GRAPHIQL_PATH = '/graphiql';

/** Path of the page that shows the graph, beside GraphiQL. */
export const GRAPH_PAGE_PATH = '/supergraph';

/** Paths of the pages for browsers, besides the GraphQL endpoint. */
export const PAGE_PATHS: readonly string[] = ['/', GRAPHIQL_PATH, GRAPH_PAGE_PATH];

const LANDING_PAGE_RULE = 'give true, sandbox, graphiql or false';

/** `gateway.landing_page` */
export const landingPage = z
  .union([z.boolean(), z.enum(['sandbox', 'graphiql'])], { error: LANDING_PAGE_RULE })
  .default(true)
  .describe(
    'Pages for browsers: Apollo Sandbox, loaded from the internet, at the GraphQL path; GraphiQL, which needs no internet, ' +
      'at /graphiql, with the page of the graph at /supergraph; true for both. If unset, false with NODE_ENV=production.',
  )
  .transform(toPages);

/** Pages for browsers. */
export interface LandingPages {
  /** Page at the path of the GraphQL endpoint. */
  readonly atEndpoint: 'sandbox' | 'graphiql' | 'none';
  /** True if GraphiQL is at `/graphiql`. */
  readonly graphiql: boolean;
}

function toPages(setting: boolean | 'sandbox' | 'graphiql'): LandingPages {
  if (setting === false) return { atEndpoint: 'none', graphiql: false };
  return { atEndpoint: setting === 'graphiql' ? 'graphiql' : 'sandbox', graphiql: setting !== 'sandbox' };
}

function toAddress(text: string): ListenAddress {
  const [, host = '', port = '0', socketPath] = LISTEN.exec(text) ?? [];
  if (socketPath !== undefined) return { host: '', port: 0, socketPath };
  return { host: host.replaceAll(/[[\]]/g, ''), port: Number(port) };
}

import { z } from 'zod';
import { onOff } from '../values.ts';

// Keys of `gateway` itself: where clients find it, and what they see of it.

const LISTEN_RULE = 'give an address and a port, such as 127.0.0.1:4000 or [::]:4000';
const LISTEN = /^(\[[0-9a-fA-F:.]+\]|[^\s:/[\]]+):(\d{1,5})$/;
const MAX_PORT = 65_535;
export const DEFAULT_LISTEN = '127.0.0.1:4000';

/** Where the gateway listens. */
export interface ListenAddress {
  readonly host: string;
  /** 0 for any that is free. */
  readonly port: number;
}

/** `gateway.listen` */
export const listenAddress = z
  .string(LISTEN_RULE)
  .regex(LISTEN, LISTEN_RULE)
  .refine((text) => toAddress(text).port <= MAX_PORT, LISTEN_RULE)
  .transform(toAddress)
  .prefault(DEFAULT_LISTEN)
  .describe('Address and port to listen on. A change takes effect at the next start.');

/** A path of the gateway's own, `/graphql`. */
export function urlPath(fallback: string) {
  return anyUrlPath(fallback).prefault(fallback);
}

/** The same, without a default. */
export function anyUrlPath(example: string) {
  const rule = `give a path such as ${example}: / and then letters, digits, - _ . ~ /`;
  return z.string(rule).regex(/^\/[\w\-.~/]*$/, rule);
}

/** `gateway.path` */
export const graphqlPath = urlPath('/graphql').describe('Path of the GraphQL endpoint.');

/** `gateway.introspection` */
export const introspection = onOff(true).describe(
  'Lets clients introspect the schema. If unset, false with NODE_ENV=production.',
);

/** Where GraphiQL is. */
export const GRAPHIQL_PATH = '/graphiql';

/** Where the pages for browsers are, beside the path of GraphQL. */
export const PAGE_PATHS: readonly string[] = ['/', GRAPHIQL_PATH];

const LANDING_PAGE_RULE = 'give true, sandbox, graphiql or false';

/** `gateway.landing_page` */
export const landingPage = z
  .union([z.boolean(), z.enum(['sandbox', 'graphiql'])], { error: LANDING_PAGE_RULE })
  .default(true)
  .describe(
    'Pages for browsers: Apollo Sandbox, loaded from the internet, at the GraphQL path; GraphiQL, which needs no internet, ' +
      'at /graphiql; true for both. If unset, false with NODE_ENV=production.',
  )
  .transform(toPages);

/** The pages that a browser can open. */
export interface LandingPages {
  /** What opens at the path of GraphQL itself. */
  readonly atEndpoint: 'sandbox' | 'graphiql' | 'none';
  /** Whether there is GraphiQL at `/graphiql`. */
  readonly graphiql: boolean;
}

function toPages(setting: boolean | 'sandbox' | 'graphiql'): LandingPages {
  if (setting === false) return { atEndpoint: 'none', graphiql: false };
  return { atEndpoint: setting === 'graphiql' ? 'graphiql' : 'sandbox', graphiql: setting !== 'sandbox' };
}

function toAddress(text: string): ListenAddress {
  const [, host = '', port] = LISTEN.exec(text) ?? [];
  return { host: host.replaceAll(/[[\]]/g, ''), port: Number(port) };
}

/** An address as a URL has it. */
export function toAuthority({ host, port }: ListenAddress): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

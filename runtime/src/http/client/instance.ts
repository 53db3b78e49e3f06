import { DEADLINE_HEADER, type Lifetime } from '../deadline.ts';
import { REQUEST_ID_HEADER } from '../request-id.ts';
import { readUnixUrl } from '../unix-url.ts';
import { Connections } from './connections.ts';
import type { ConnectOptions } from './connector.ts';
import { post } from './post.ts';
import type { Reply } from './subgraph-answer.ts';

export type OperationKind = 'query' | 'mutation';

/** One request to a subgraph, as it is sent. */
export interface Exchange {
  /** JSON. */
  readonly body: string;
  /** A query changes nothing, so that it may arrive twice. */
  readonly kind: OperationKind;
  /** Headers of this call, beside those of every call. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Id of the request that it is sent for. */
  readonly requestId?: string | undefined;
  /** Instances that failed it before, to which it goes last; undefined if it is not to be sent again. */
  readonly failedAt?: Set<Instance> | undefined;
}

/** Part of the requests to a subgraph that is always the same. */
export interface InstanceOptions {
  readonly headers: Readonly<Record<string, string>>;
  readonly maxReplyBytes: number;
  /** Undefined for undici's own way of connecting. */
  readonly connecting?: ConnectOptions | undefined;
}

/** Origin in the requests to a socket, which has no name. */
const UNIX_ORIGIN = 'http://localhost';

/** One address at which a subgraph answers, with the connections to it. */
export class Instance {
  /** Its URL without a query, which may hold keys. */
  readonly url: URL;
  readonly #path: string;
  readonly #options: InstanceOptions;
  readonly #connections: Connections;

  constructor(address: string, options: InstanceOptions) {
    const url = new URL(address);
    const unix = readUnixUrl(url);
    this.#path = unix ? unix.path : url.pathname + url.search;
    this.#options = options;
    this.#connections = unix
      ? new Connections(UNIX_ORIGIN, { ...options.connecting, socketPath: unix.socketPath })
      : new Connections(url.origin, options.connecting);
    this.url = withoutSearch(url);
  }

  /** Sends a request, a query once more if it met a kept connection that was just being closed. */
  send({ body, kind, headers: given, requestId }: Exchange, { signal, deadline }: Lifetime): Promise<Reply> {
    const connections = this.#connections;
    const { kept, fresh, certain } = connections;
    const { headers: usual, maxReplyBytes } = this.#options;
    const left = deadline && { [DEADLINE_HEADER]: String(deadline.leftMs()) };
    const id = requestId !== undefined && { [REQUEST_ID_HEADER]: requestId };
    const headers = { ...id, ...given, ...usual, ...left }; // a header rule may give another id
    const path = this.#path;
    const dispatcher = kind === 'query' ? kept : certain;
    const spare = kind === 'query' ? fresh : undefined;
    const keptBy = dispatcher === kept ? connections : undefined;
    return post(dispatcher, { path, headers, body, signal, maxReplyBytes, spare, keptBy });
  }

  /** Waits for the calls under way, then closes the connections. */
  close(): Promise<void> {
    return this.#connections.close();
  }
}

/** Returns the URL without its query, which may hold keys, and without credentials. */
export function withoutSearch(url: URL): URL {
  const plain = new URL(url);
  plain.search = plain.hash = plain.username = plain.password = '';
  return plain;
}

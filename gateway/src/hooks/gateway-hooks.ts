import type { IncomingHttpHeaders } from 'node:http';
import { ConfigurationError } from '@lockstep/runtime/configuration-error.ts';
import type { GraphQLFormattedError } from 'graphql';
import { exportedFunction, type HookModule, loadHookModule } from './hook-module.ts';

/**
 * Exports of the module under `gateway.hooks`: any of these functions. They may be asynchronous, and are awaited until the
 * operation's deadline at most.
 *
 * The client sees a `GraphQLError` that a hook throws if it has a code (`extensions.code`). For any other error the client
 * gets `INTERNAL_SERVER_ERROR` and an id, and the log has the error under that id.
 */
export interface GatewayHooks {
  /** Called for every valid operation. An error rejects it, with status `extensions.http.status` or 500. */
  request?(event: RequestEvent): void | Promise<void>;
  /** Called before a call to a subgraph. An error fails the call, and its fields are null. */
  subgraphRequest?(event: SubgraphRequestEvent): void | Promise<void>;
  /** Called after a subgraph has responded, once per operation if the call was shared. An error fails the call. */
  subgraphResponse?(event: SubgraphResponseEvent): void | Promise<void>;
  /** Called before a GraphQL response is sent, also for failed operations. An error replaces the response. */
  response?(event: ResponseEvent): void | Promise<void>;
}

/** Data that every hook receives. */
export interface HookEvent {
  /** Object shared by the hooks of one operation, for their own use. */
  readonly context: Record<string, unknown>;
  /** Claims of the verified token; undefined for a request without a token. */
  readonly claims: Readonly<Record<string, unknown>> | undefined;
  /** Aborted when the client leaves. */
  readonly signal: AbortSignal;
}

/** Data of the `request` hook. */
export interface RequestEvent extends HookEvent {
  /** Headers of the client's request, by lower-case name. */
  readonly headers: Readonly<IncomingHttpHeaders>;
  readonly kind: 'query' | 'mutation' | 'subscription';
  readonly operationName: string | undefined;
  /** Text of the document. */
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** Data of the `subgraphRequest` hook. */
export interface SubgraphRequestEvent extends HookEvent {
  readonly subgraph: string;
  readonly kind: 'query' | 'mutation';
  /** Headers of the call after the header rules. They can be changed; calls with different headers are not shared. */
  readonly headers: Headers;
  /** Text of the document sent to the subgraph. */
  readonly query: string;
  /** Variables other than the representations. */
  readonly variables: Readonly<Record<string, unknown>>;
  /** Representations of the requested entities, each as JSON; undefined for a call for root fields. */
  readonly representations: readonly string[] | undefined;
}

/** Data of the `subgraphResponse` hook. */
export interface SubgraphResponseEvent extends HookEvent {
  readonly subgraph: string;
  readonly status: number;
  /** Headers of the subgraph's response. Changes are visible to the header rules for responses. */
  readonly headers: Headers;
  readonly data: Readonly<Record<string, unknown>> | null | undefined;
  readonly errors: readonly GraphQLFormattedError[] | undefined;
}

/** Data of the `response` hook. */
export interface ResponseEvent extends HookEvent {
  readonly operationName: string | undefined;
  /** Headers of the response. They can be changed. */
  readonly headers: Headers;
  readonly data: Readonly<Record<string, unknown>> | null | undefined;
  readonly errors: readonly GraphQLFormattedError[] | undefined;
}

const NAMES = ['request', 'subgraphRequest', 'subgraphResponse', 'response'] as const;

/**
 * Loads the hooks of the module that the settings name; undefined if they name none.
 *
 * @throws {ConfigurationError} if it exports no hook, or something other than a function under the name of one
 */
export async function loadGatewayHooks({
  module,
  ...version
}: Omit<HookModule, 'module'> & { readonly module?: string | undefined }): Promise<GatewayHooks | undefined> {
  if (module === undefined) return undefined;
  const exports = await loadHookModule({ module, ...version });
  const hooks = NAMES.flatMap((name) => {
    const hook = exportedFunction(exports, name, module);
    return hook ? [[name, hook]] : [];
  });
  if (hooks.length > 0) return Object.fromEntries(hooks);
  throw new ConfigurationError(`${module} exports none of ${NAMES.join(', ')}; export at least one`);
}

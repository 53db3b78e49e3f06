import type { IncomingMessage, ServerResponse } from 'node:http';
import { type ApolloServer, HeaderMap, type HTTPGraphQLRequest } from '@apollo/server';
import { operationOverdue } from '../../graphql/errors.ts';
import { RefusedRequestError } from '../../refused-request-error.ts';
import type { Deadline, Lifetime } from '../deadline.ts';
import { answerError, answerRefusal } from './answers.ts';
import { send, sendText } from './graphql-response.ts';
import { readJson } from './json-body.ts';
import { MediaTypes } from './media-types.ts';
import { checkQueryString } from './safe-json.ts';
import type { Handler } from './server.ts';

const ALLOWED_METHODS = 'GET, POST';

/** The part of a started Apollo Server that is in use. */
type Executor<Context extends object> = Pick<ApolloServer<Context>, 'executeHTTPGraphQLRequest' | 'logger'>;

/** A request that has come. Its signal is aborted when its client leaves before the answer, and at its deadline. */
export interface Arrival<Carried = undefined> extends Lifetime {
  readonly request: IncomingMessage;
  /** Found out about the request before it came here. */
  readonly carried: Carried;
}

/** GraphQL request parameters, without the headers: only Apollo Server needs those in its form. */
export type GraphQLParams = Omit<HTTPGraphQLRequest, 'headers'>;

/**
 * Runs a request that can do without Apollo Server, and resolves with the text of the answer; with undefined if Apollo
 * Server has to answer all the same, on the same context.
 */
export type KnownRequest<Context> = (context: Context) => Promise<string | undefined>;

export interface GraphQLOptions<Context extends object, Carried = undefined> {
  /** Returns what one operation carries. */
  context(arrival: Arrival<Carried>): Context | Promise<Context>;
  /**
   * Looks at a request before GraphQL does, and returns the one to run in its place.
   *
   * @throws {RefusedRequestError} if it may not be run
   */
  check?(params: GraphQLParams, arrival: IncomingMessage): GraphQLParams;
  /**
   * Returns what runs a request on the fast path, if Apollo Server has let an equal one through before. Its answers have
   * the status 200, and the media type that Apollo Server has answered such an `accept` with.
   */
  known?(params: GraphQLParams): KnownRequest<Context> | undefined;
  /** Returns when the request has to be answered. Once that is over it is refused, or its signal aborted. */
  deadline?(request: IncomingMessage): Deadline | undefined;
  /** Length of the longest body that is read. A longer one is refused. */
  maxBodyBytes?: number;
}

const MAX_BODY_BYTES = 2 * 1024 * 1024;

const OVERDUE = "The request's deadline was over before it could be run";

/** Answers a request about which something was found out before. */
export type CarryingHandler<Carried> = (
  request: IncomingMessage,
  response: ServerResponse,
  carried: Carried,
) => Promise<void>;

/** Answers GraphQL requests about which nothing was found out before: see {@link carryingGraphql}. */
export function graphql<Context extends object>(server: Executor<Context>, options: GraphQLOptions<Context>): Handler {
  const answer = carryingGraphql(server, options);
  return (request, response) => answer(request, response, undefined);
}

/**
 * Answers GraphQL requests that came by Node's HTTP, on one of two ways: the fast path runs what Apollo Server has let
 * through before; Apollo Server runs all else, and what the fast path leaves to it.
 */
export function carryingGraphql<Context extends object, Carried>(
  server: Executor<Context>,
  { context, check, known, deadline: deadlineOf, maxBodyBytes = MAX_BODY_BYTES }: GraphQLOptions<Context, Carried>,
): CarryingHandler<Carried> {
  const mediaTypes = new MediaTypes();
  return async (request, response, carried) => {
    try {
      const deadline = deadlineOf?.(request);
      const given = await read(request, maxBodyBytes);
      if (deadline?.isOver) throw new RefusedRequestError(504, 'DEADLINE_EXCEEDED', OVERDUE);
      const params = check ? check(given, request) : given;
      const begin = () => context({ request, signal: ending(response, deadline), deadline, carried });

      const mediaType = known && mediaTypes.answerTo(request);
      const run = mediaType === undefined ? undefined : known?.(params);
      const begun = run && (await begin());
      const text = begun && (await run(begun));
      if (mediaType !== undefined && text !== undefined) return sendText(response, mediaType, text);

      const answer = await server.executeHTTPGraphQLRequest({
        httpGraphQLRequest: { ...params, headers: headerMapOf(request) },
        context: async () => begun ?? begin(),
      });
      if (known) mediaTypes.note(request, answer);
      await send(response, answer);
    } catch (error) {
      if (error instanceof RefusedRequestError) answerRefusal(response, error);
      else if (hasLeft(response))
        response.destroy(); // what broke off then is no failure of ours
      else fail(response, error, server.logger);
    }
  };
}

/** @throws {RefusedRequestError} if it is no GraphQL request */
async function read(request: IncomingMessage, maxBodyBytes: number): Promise<GraphQLParams> {
  const { method = '', url = '' } = request;
  if (method !== 'GET' && method !== 'POST') {
    const message = `GraphQL is asked by ${ALLOWED_METHODS}, not by ${method}.`;
    throw new RefusedRequestError(405, 'BAD_REQUEST', message, { allow: ALLOWED_METHODS });
  }
  const queryStart = url.indexOf('?');
  const search = queryStart === -1 ? '' : url.slice(queryStart);
  if (method === 'GET' && search !== '') checkQueryString(search);
  return { method, search, body: method === 'POST' ? await readJson(request, maxBodyBytes) : undefined };
}

/** Node gives names in lower case already, so that `HeaderMap` need not make them so: a third of the time. */
function headerMapOf(request: IncomingMessage): HeaderMap {
  const headers = new HeaderMap();
  for (const [name, value] of Object.entries(request.headers)) {
    if (value === undefined) continue;
    Map.prototype.set.call(headers, name, typeof value === 'string' ? value : value.join(', '));
  }
  return headers;
}

/** Aborted when the connection closes before the whole answer is written, and at the deadline. */
function ending(response: ServerResponse, deadline: Deadline | undefined): AbortSignal {
  const controller = new AbortController();
  if (hasLeft(response)) controller.abort();
  response.once('close', () => {
    if (!response.writableFinished) controller.abort();
  });
  if (deadline) abortAt(deadline, controller, response);
  return controller.signal;
}

function abortAt(deadline: Deadline, controller: AbortController, response: ServerResponse): void {
  const { timeoutMs } = deadline;
  const timer = setTimeout(() => controller.abort(operationOverdue(timeoutMs)), deadline.leftMs());
  response.once('close', () => clearTimeout(timer));
}

function hasLeft(response: ServerResponse): boolean {
  return response.destroyed && !response.writableFinished;
}

/** Apollo Server answers whatever it can: this is an answer that broke off, or one that can't be written. */
function fail(response: ServerResponse, error: unknown, logger: Executor<object>['logger']): void {
  logger.error(`An answer could not be sent: ${error instanceof Error ? error.stack : error}`);
  if (response.headersSent) response.destroy();
  else answerError(response, 500, 'INTERNAL_SERVER_ERROR', 'Internal server error');
}

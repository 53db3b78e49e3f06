import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { type ApolloServer, HeaderMap, type HTTPGraphQLRequest } from '@apollo/server';
import { operationOverdue } from '../../graphql/errors.ts';
import { RefusedRequestError } from '../../refused-request-error.ts';
import { NoRoomError, RequestBytes } from '../bytes-in-flight.ts';
import type { Deadline, Lifetime } from '../deadline.ts';
import type { AnswerCompression } from './answer-compression.ts';
import { answerError, answerRefusal } from './answers.ts';
import { send, sendText } from './graphql-response.ts';
import { readJson } from './json-body.ts';
import { MediaTypes } from './media-types.ts';
import { answerDropped, requestRefused } from './overload.ts';
import { checkQueryString } from './safe-json.ts';
import type { Handler } from './server.ts';

const ALLOWED_METHODS = 'GET, POST';

/** The part of a started Apollo Server that is in use. */
type Executor<Context extends object> = Pick<ApolloServer<Context>, 'executeHTTPGraphQLRequest' | 'logger'>;

/** A request. Its signal is aborted when its client disconnects before the response, and at its deadline. */
export interface Arrival<Carried = undefined> extends Lifetime {
  readonly signal: AbortSignal;
  readonly request: IncomingMessage;
  /** Data that an earlier stage attached to the request. */
  readonly carried: Carried;
}

/** GraphQL request parameters, without the headers: only Apollo Server needs those in its form. */
export type GraphQLParams = Omit<HTTPGraphQLRequest, 'headers'>;

/**
 * Runs a request that can do without Apollo Server, and resolves with the text of the answer; with undefined if Apollo
 * Server has to answer all the same, on the same context.
 */
export type KnownRequest<Context> = (context: Context) => Promise<string | undefined>;

/** Options of {@link carryingGraphql}. */
export interface GraphQLOptions<Context extends object, Carried = undefined> {
  /** Returns the context of an operation. */
  context(arrival: Arrival<Carried>): Context | Promise<Context>;
  /**
   * Checks a request before GraphQL does, and returns the request to execute.
   *
   * @throws {RefusedRequestError} if it may not be executed
   */
  check?(params: GraphQLParams): GraphQLParams;
  /**
   * Returns a function that runs a request on the fast path, if Apollo Server has accepted an equal one before. Its responses
   * have the status 200, and the media type that Apollo Server chose for the same `accept`.
   */
  known?(params: GraphQLParams): KnownRequest<Context> | undefined;
  /** Returns further headers of an answer on the fast path; Apollo Server's plugins set those of others. */
  headers?(context: Context): OutgoingHttpHeaders | undefined;
  /**
   * Checks a request that Apollo Server is about to answer.
   *
   * @throws {RefusedRequestError} to refuse it instead
   */
  checkUnknown?(request: IncomingMessage, params: GraphQLParams): void;
  /** Returns the deadline of a request. Once it passes, the request is rejected or its signal aborted. */
  deadline?(request: IncomingMessage): Deadline | undefined;
  /** Answers the requests that Apollo Server would answer with its landing page. */
  page?: Handler;
  /** Maximum length of a body. A longer one is rejected. */
  maxBodyBytes?: number;
  /** Compresses the answers; they are sent as they are if it is undefined. */
  compression?: AnswerCompression | undefined;
}

const MAX_BODY_BYTES = 2 * 1024 * 1024;

const OVERDUE = "The request's deadline passed before it could be executed";

/** Handler of a request with data from an earlier stage. */
export type CarryingHandler<Carried> = (
  request: IncomingMessage,
  response: ServerResponse,
  carried: Carried,
) => Promise<void>;

/** Returns a handler of GraphQL requests without data from an earlier stage; see {@link carryingGraphql}. */
export function graphql<Context extends object>(server: Executor<Context>, options: GraphQLOptions<Context>): Handler {
  const answer = carryingGraphql(server, options);
  return (request, response) => answer(request, response, undefined);
}

/**
 * Returns a handler of GraphQL requests with two ways through: the fast path runs requests that Apollo Server has accepted
 * before, and Apollo Server runs all others, including those that the fast path leaves to it.
 */
export function carryingGraphql<Context extends object, Carried>(
  server: Executor<Context>,
  {
    context,
    check,
    known,
    headers: headersOf,
    checkUnknown,
    page,
    deadline: deadlineOf,
    maxBodyBytes = MAX_BODY_BYTES,
    compression,
  }: GraphQLOptions<Context, Carried>,
): CarryingHandler<Carried> {
  const mediaTypes = new MediaTypes();
  return async (request, response, carried) => {
    if (hasLeft(response)) return;
    const bytes = new RequestBytes();
    const controller = new AbortController();
    response.on('close', () => {
      bytes.release();
      if (!response.writableFinished) controller.abort();
    });
    let given: GraphQLParams | undefined;
    try {
      const deadline = deadlineOf?.(request);
      given = await read(request, maxBodyBytes, bytes);
      if (deadline?.isOver) throw new RefusedRequestError(504, 'DEADLINE_EXCEEDED', OVERDUE);
      const params = check ? check(given) : given;
      const { signal } = controller;
      const begin = () => {
        if (deadline) abortAt(deadline, controller, response);
        return context({ request, signal, deadline, bytes, carried });
      };

      const mediaType = known && mediaTypes.answerTo(request);
      const run = mediaType === undefined ? undefined : known?.(params);
      const begun = run && (await begin());
      const text = begun && (await run(begun));
      if (mediaType !== undefined && text !== undefined)
        return await sendText(response, mediaType, text, { bytes, compression, headers: begun && headersOf?.(begun) });

      checkUnknown?.(request, params);
      const answer = await server.executeHTTPGraphQLRequest({
        httpGraphQLRequest: { ...params, headers: headerMapOf(request) },
        context: async () => begun ?? begin(),
      });
      if (page && answer.headers.get('content-type') === 'text/html') return await page(request, response);
      if (known) mediaTypes.note(request, answer);
      await send(response, answer, { bytes, compression });
    } catch (error) {
      if (error instanceof RefusedRequestError) answerRefusal(response, error);
      else if (error instanceof NoRoomError) {
        response.shouldKeepAlive &&= request.complete; // or all the rest of it would have to be read
        answerRefusal(response, given ? answerDropped(given) : requestRefused());
      } else if (hasLeft(response))
        response.destroy(); // a response broken off by the client is not a failure
      else fail(response, error, server.logger);
    }
  };
}

/**
 * Reads the parameters of a GraphQL request.
 *
 * @throws {RefusedRequestError} if it is not one
 * @throws {NoRoomError} if the process may not hold it
 */
async function read(request: IncomingMessage, maxBodyBytes: number, bytes: RequestBytes): Promise<GraphQLParams> {
  const { method = '', url = '' } = request;
  if (method !== 'GET' && method !== 'POST') {
    const message = `The method ${method} is not allowed; use ${ALLOWED_METHODS}`;
    throw new RefusedRequestError(405, 'BAD_REQUEST', message, { allow: ALLOWED_METHODS });
  }
  const queryStart = url.indexOf('?');
  const search = queryStart === -1 ? '' : url.slice(queryStart);
  if (method === 'GET' && search !== '') checkQueryString(search, bytes);
  return { method, search, body: method === 'POST' ? await readJson(request, maxBodyBytes, bytes) : undefined };
}

/** Converts headers. Node's names are in lower case, and bypassing the conversion of `HeaderMap` takes a third of the time. */
function headerMapOf(request: IncomingMessage): HeaderMap {
  const headers = new HeaderMap();
  for (const [name, value] of Object.entries(request.headers)) {
    if (value === undefined) continue;
    Map.prototype.set.call(headers, name, typeof value === 'string' ? value : value.join(', '));
  }
  return headers;
}

function abortAt(deadline: Deadline, controller: AbortController, response: ServerResponse): void {
  const { timeoutMs } = deadline;
  const timer = setTimeout(() => controller.abort(operationOverdue(timeoutMs)), deadline.leftMs());
  response.on('close', () => clearTimeout(timer));
}

function hasLeft(response: ServerResponse): boolean {
  return response.destroyed && !response.writableFinished;
}

/** Reports a failure that Apollo Server did not turn into a response, such as a response that can't be written. */
function fail(response: ServerResponse, error: unknown, logger: Executor<object>['logger']): void {
  logger.error(`A response could not be sent: ${error instanceof Error ? error.stack : error}`);
  if (response.headersSent) response.destroy();
  else answerError(response, 500, 'INTERNAL_SERVER_ERROR', 'Internal server error');
}

import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { type ApolloServer, HeaderMap, type HTTPGraphQLRequest, type HTTPGraphQLResponse } from '@apollo/server';
import { operationOverdue } from '../../graphql/errors.ts';
import { RefusedRequestError } from '../../refused-request-error.ts';
import type { Deadline, Lifetime } from '../deadline.ts';
import { answerError } from './answers.ts';
import { readJson } from './json-body.ts';
import { MediaTypes } from './media-types.ts';
import { checkQueryString } from './safe-json.ts';
import type { Handler } from './server.ts';
import { statusOf } from './status.ts';

const ALLOWED_METHODS = 'GET, POST';

/** What is needed of a started Apollo Server. */
type Executor<Context extends object> = Pick<ApolloServer<Context>, 'executeHTTPGraphQLRequest' | 'logger'>;

/** A request that has come. Its signal is aborted when its client leaves before the answer, and at its deadline. */
export interface Arrival extends Lifetime {
  readonly request: IncomingMessage;
}

/** What is asked, without the headers: nobody but Apollo Server needs those in its form. */
export type GraphQLParams = Omit<HTTPGraphQLRequest, 'headers'>;

/**
 * Runs a request that can do without Apollo Server, and gives the answer's text. Undefined where Apollo Server has to answer
 * all the same, with the same context.
 */
export type KnownRequest<Context> = (context: Context) => Promise<string | undefined>;

export interface GraphQLOptions<Context extends object> {
  /** What one operation carries. */
  context(arrival: Arrival): Context | Promise<Context>;
  /**
   * Looks at a request before GraphQL does; what it returns is run in its place.
   *
   * @throws {RefusedRequestError} where it may not be run
   */
  check?(asked: GraphQLParams, arrival: IncomingMessage): GraphQLParams;
  /**
   * What runs a request without Apollo Server, because that has let an equal one through before; undefined where it is
   * needed. Its answers have the status 200, and the media type that Apollo Server has answered such an `accept` with.
   */
  known?(asked: GraphQLParams): KnownRequest<Context> | undefined;
  /** When the request has to be answered. Once that is over it is refused, or its signal aborted. */
  deadline?(request: IncomingMessage): Deadline | undefined;
  /** The longest body that is read; a longer one is refused. */
  maxBodyBytes?: number;
}

const MAX_BODY_BYTES = 2 * 1024 * 1024;

const OVERDUE = "The request's deadline was over before it could be run";

/** Translates between Node's HTTP and a started Apollo Server. */
export function graphql<Context extends object>(
  server: Executor<Context>,
  { context, check, known, deadline: deadlineOf, maxBodyBytes = MAX_BODY_BYTES }: GraphQLOptions<Context>,
): Handler {
  const mediaTypes = new MediaTypes();
  return async (request, response) => {
    try {
      const deadline = deadlineOf?.(request);
      const given = await read(request, maxBodyBytes);
      if (deadline?.isOver) throw new RefusedRequestError(504, 'DEADLINE_EXCEEDED', OVERDUE);
      const asked = check ? check(given, request) : given;
      const makeContext = () => context({ request, signal: ending(response, deadline), deadline });
      const mediaType = known && mediaTypes.answerTo(request);
      const run = mediaType === undefined ? undefined : known?.(asked);
      const made = run && (await makeContext());
      const text = made && (await run(made));
      if (mediaType !== undefined && text !== undefined) return sendText(response, mediaType, text);
      const answer = await server.executeHTTPGraphQLRequest({
        httpGraphQLRequest: { ...asked, headers: headerMapOf(request) },
        context: async () => made ?? makeContext(),
      });
      if (known) mediaTypes.note(request, answer);
      await send(response, answer);
    } catch (error) {
      if (error instanceof RefusedRequestError) refuse(response, error);
      else if (hasLeft(response))
        response.destroy(); // what broke off then is no failure of ours
      else fail(response, error, server.logger);
    }
  };
}

/** @throws {RefusedRequestError} where GraphQL can't be asked */
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

function sendText(response: ServerResponse, mediaType: string, text: string): void {
  response.writeHead(200, { 'content-type': mediaType, 'content-length': Buffer.byteLength(text) }).end(text);
}

async function send(response: ServerResponse, answer: HTTPGraphQLResponse): Promise<void> {
  response.writeHead(statusOf(response.req, answer), headersOf(answer));
  if (answer.body.kind === 'complete') {
    response.end(answer.body.string);
    return;
  }
  for await (const chunk of answer.body.asyncIterator) {
    if (!response.write(chunk)) await writable(response);
    if (response.destroyed) return;
  }
  response.end();
}

function headersOf({ headers, body }: HTTPGraphQLResponse): OutgoingHttpHeaders {
  const all: OutgoingHttpHeaders = {};
  for (const [name, value] of headers) all[name] = value;
  if (body.kind === 'complete') all['content-length'] = Buffer.byteLength(body.string);
  return all;
}

/** Resolves when more can be written, or nothing any more: a response whose client has left never drains. */
function writable(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    if (response.destroyed) return resolve();
    const settle = () => {
      response.off('drain', settle).off('close', settle);
      resolve();
    };
    return response.on('drain', settle).on('close', settle);
  });
}

function refuse(response: ServerResponse, { status, code, message, headers, extensions }: RefusedRequestError): void {
  if (status === 413) response.shouldKeepAlive = false; // or all the rest of it would have to be read
  answerError(response, status, code, message, headers, extensions);
}

/** Apollo Server answers whatever it can: this is an answer that broke off, or one that can't be written. */
function fail(response: ServerResponse, error: unknown, logger: Executor<object>['logger']): void {
  logger.error(`An answer could not be sent: ${error instanceof Error ? error.stack : error}`);
  if (response.headersSent) response.destroy();
  else answerError(response, 500, 'INTERNAL_SERVER_ERROR', 'Internal server error');
}

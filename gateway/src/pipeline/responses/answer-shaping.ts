import type { ApolloServerPlugin, GraphQLRequestContext, GraphQLRequestListener } from '@apollo/server';
import { maskUnexpected } from '@lockstep/runtime/graphql/masking.ts';
import type { Logger } from '@lockstep/runtime/logging.ts';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { isHeaderValue } from '../../configuration/reserved-headers.ts';
import type { GatewayHooks } from '../../hooks/gateway-hooks.ts';
import { withDeadline } from '../../hooks/with-deadline.ts';
import type { CallRules } from '../../subgraphs/call-rules.ts';
import type { OperationCalls } from '../../subgraphs/operation-calls.ts';
import type { Context } from '../../supergraph/request-context.ts';

type RequestContext = GraphQLRequestContext<Context>;

/** Calls the request and response hooks, and sets the headers that rules give to answers. */
export function answerShaping(rules: CallRules, logger: Logger): ApolloServerPlugin<Context>[] {
  if (!rules.watchesOperations) return [];
  const { request } = rules.hooks;
  const listener: GraphQLRequestListener<Context> = {
    ...(request && { didResolveOperation: (context: RequestContext) => askRequestHook(request, context) }),
    ...(rules.shapesAnswers && { willSendResponse: (context: RequestContext) => shape(context, rules, logger) }),
  };
  return [{ requestDidStart: async () => listener }];
}

type RequestHook = NonNullable<GatewayHooks['request']>;

async function askRequestHook(hook: RequestHook, context: RequestContext): Promise<void> {
  const { contextValue, operation, request, source: query = '' } = context;
  const { calls, headers } = contextValue;
  if (!calls || !operation) return;
  const variables = request.variables ?? {};
  const operationName = operation.name?.value;
  const event = { ...calls.event, headers, kind: operation.operation, operationName, query, variables };
  try {
    await withDeadline(() => hook(event), calls.lifetime);
  } catch (error) {
    throw asGraphQLError(error);
  }
}

async function shape(context: RequestContext, rules: CallRules, logger: Logger): Promise<void> {
  const { calls } = context.contextValue;
  const { body, http } = context.response;
  if (!calls || body?.kind !== 'single') return;
  const { isPersonal } = calls;
  const isUncacheable = body.singleResult.errors !== undefined || context.operation?.operation === 'mutation';
  for (const [name, value] of calls.answerHeaders.entries({ isUncacheable, isPersonal })) http.headers.set(name, value);
  if (!rules.hooks.response) return;
  try {
    await askResponseHook(rules.hooks.response, calls, context);
  } catch (error) {
    const refusal = asGraphQLError(error);
    http.status = statusOf(refusal);
    http.headers.set('cache-control', 'no-store');
    body.singleResult = { errors: [maskUnexpected(logger)(withoutHttp(refusal), refusal)] };
  }
}

/** Time that a response hook has after the deadline: without it, what is left of the answer would be lost. */
const ANSWER_GRACE_MS = 100;

type ResponseHook = NonNullable<GatewayHooks['response']>;

async function askResponseHook(hook: ResponseHook, calls: OperationCalls, { operationName, response }: RequestContext) {
  const { body, http } = response;
  if (body?.kind !== 'single') return;
  const { data, errors } = body.singleResult;
  const headers = new Headers([...http.headers]);
  const event = { ...calls.event, operationName: operationName ?? undefined, headers, data, errors };
  await withDeadline(() => hook(event), calls.lifetime, ANSWER_GRACE_MS);
  if (headers.getSetCookie().length > 1) throw new Error('the hook response sets more than one cookie');
  for (const name of OF_HTTP) {
    if (headers.get(name) !== (http.headers.get(name) ?? null)) {
      throw new Error(`the hook response changes ${name}, which the gateway sets itself`);
    }
  }
  for (const [name, value] of headers) {
    if (!isHeaderValue(value)) throw new Error(`the hook response sets a value that ${name} can't have`);
  }
  for (const name of [...http.headers.keys()]) if (!headers.has(name)) http.headers.delete(name);
  for (const [name, value] of headers) http.headers.set(name, value);
}

/** Headers that the server sets itself, by what it sends and who may read it. */
const OF_HTTP = [
  ...['connection', 'keep-alive', 'transfer-encoding', 'trailer', 'upgrade', 'vary'],
  ...['content-length', 'content-type'],
];

/** Wraps an error that is no GraphQL error as one that is masked. */
function asGraphQLError(error: unknown): GraphQLError {
  if (error instanceof GraphQLError) return error;
  const originalError = error instanceof Error ? error : new Error(String(error));
  return new GraphQLError(originalError.message, { originalError, extensions: { code: 'INTERNAL_SERVER_ERROR' } });
}

/** Removes `extensions.http`, which is not for the client. Apollo Server does the same. */
function withoutHttp(error: GraphQLError): GraphQLFormattedError {
  const { http: _, ...extensions } = error.extensions;
  return { ...error.toJSON(), extensions };
}

function statusOf({ extensions }: GraphQLError): number {
  const { http } = extensions;
  const status = typeof http === 'object' && http !== null && 'status' in http ? http.status : undefined;
  return typeof status === 'number' ? status : 500;
}

import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { ApolloServer } from '@apollo/server';
import { Deadline, type Lifetime } from '@lockstep/runtime/http/deadline.ts';
import { requestIdOf } from '@lockstep/runtime/http/request-id.ts';
import { AnswerCompression } from '@lockstep/runtime/http/server/answer-compression.ts';
import { answerRefusal } from '@lockstep/runtime/http/server/answers.ts';
import { carryingGraphql, type GraphQLOptions } from '@lockstep/runtime/http/server/graphql.ts';
import type { Handler } from '@lockstep/runtime/http/server/server.ts';
import { RefusedRequestError } from '@lockstep/runtime/refused-request-error.ts';
import { requestScope } from '@lockstep/runtime/request-scope.ts';
import type { GatewaySettings } from '../configuration/settings-schema.ts';
import { CacheStatus } from '../subgraphs/caching/cache-status.ts';
import type { CallRules } from '../subgraphs/call-rules.ts';
import { OperationCalls } from '../subgraphs/operation-calls.ts';
import type { Context } from '../supergraph/request-context.ts';
import type { RejectionCounts } from '../telemetry/rejection-counts.ts';
import type { RequestRecord } from '../telemetry/request-record.ts';
import type { RequestWatch } from '../telemetry/request-watch.ts';
import { clientOf } from './admission/rate-limit.ts';
import type { TrafficLimits } from './admission/traffic-limits.ts';
import type { DocumentGate } from './documents/document-gate.ts';
import type { FastPath } from './fast-path.ts';
import type { Authentication } from './identity/authentication.ts';
import type { Claims } from './identity/token-verifier.ts';
import type { QueryPlans } from './responses/query-plans.ts';
import { refuseUnsupportedRequests } from './unsupported-request.ts';

/** Steps of a GraphQL request, in this order. An undefined one is off. */
export interface RequestSteps {
  readonly watch: RequestWatch | undefined;
  readonly limits: TrafficLimits;
  readonly authentication: Authentication | undefined;
  readonly documents: DocumentGate;
  readonly rules: CallRules | undefined;
  readonly queryPlans: QueryPlans | undefined;
  /** Undefined if plugins have a say in each operation, so that Apollo Server has to see them all. */
  readonly fastPath: FastPath | undefined;
  readonly apolloServer: ApolloServer<Context>;
  readonly refusals: RejectionCounts;
  /** Answers whoever prefers a page. */
  readonly page: Handler;
}

type RequestSettings = Pick<GatewaySettings, 'traffic' | 'limits' | 'compression' | 'responseCache'>;

/** Known about a request before its body is read. */
interface Admitted {
  readonly record: RequestRecord | undefined;
  readonly claims: Claims | undefined;
}

/**
 * Answers GraphQL requests. Each is recorded, counted against the limits of its client and of the process, and identified
 * before its body is read; then its document is checked, and it runs on the fast path or through Apollo Server.
 */
export function graphqlRequests(steps: RequestSteps, settings: RequestSettings): Handler {
  const { watch, limits, authentication } = steps;
  const run = operations(steps, settings);
  const answer = async (request: IncomingMessage, response: ServerResponse, record: RequestRecord | undefined) => {
    try {
      await limits.admit(request);
      const claims = await authentication?.identify(request);
      response.setHeader('cache-control', 'no-store'); // an answer is for who asked for it, and only then
      await run(request, response, { record, claims });
    } catch (error) {
      if (!(error instanceof RefusedRequestError)) throw error;
      answerRefusal(response, error);
    } finally {
      limits.leave(request, response);
    }
  };
  return (request, response) => {
    const record = watch?.start(request, response);
    return requestScope.run(record ?? { id: requestIdOf(request) }, answer, request, response, record);
  };
}

/** Reads the body, checks the document and runs the operation. */
function operations(
  steps: RequestSteps,
  { traffic: { timeoutMs, rateLimit }, limits: { maxBodyBytes }, compression, responseCache }: RequestSettings,
) {
  const keyHeader = rateLimit?.keyHeader;
  const { page, documents, rules, queryPlans, fastPath, apolloServer, refusals } = steps;
  const options: GraphQLOptions<Context, Admitted> = {
    maxBodyBytes,
    compression: compression && new AnswerCompression(compression.minBytes),
    page,
    check: (params) => documents.check(params),
    checkUnknown: refuseUnsupportedRequests(refusals),
    context: ({ signal, bytes, request, carried: { claims, record } }) => {
      const client = () => clientOf(request, keyHeader);
      const { headers } = request;
      const lifetime = { signal, bytes, deadline: new Deadline(timeoutMs) };
      const timeline = queryPlans?.timelineFor(headers);
      const cacheStatus = responseCache && new CacheStatus(responseCache.tellsClients);
      return contextOf(lifetime, { headers, client, claims, record, timeline, cacheStatus }, rules);
    },
    ...(fastPath && { known: (params) => fastPath.find(params) }),
    ...(responseCache && { headers: ({ cacheStatus }) => toHeaders(cacheStatus) }),
  };
  return carryingGraphql(apolloServer, options);
}

function contextOf(
  { signal, bytes, deadline }: Pick<Context, keyof Lifetime>,
  { headers, client, claims, record, timeline, cacheStatus }: Omit<Context, keyof Lifetime | 'begun' | 'calls'>,
  rules: CallRules | undefined,
): Context {
  const begun = undefined;
  const context: Context = { signal, bytes, deadline, headers, client, claims, record, timeline, cacheStatus, begun };
  return rules ? { ...context, calls: new OperationCalls(rules, context) } : context;
}

function toHeaders(cacheStatus: CacheStatus | undefined): OutgoingHttpHeaders | undefined {
  const header = cacheStatus?.header;
  return header === undefined ? undefined : { 'cache-status': header };
}

import type { ApolloServer } from '@apollo/server';
import { Deadline } from '@lockstep/runtime/http/deadline.ts';
import { type Arrival, type GraphQLParams, graphql, type KnownRequest } from '@lockstep/runtime/http/server/graphql.ts';
import { live, ready } from '@lockstep/runtime/http/server/health.ts';
import { routes } from '@lockstep/runtime/http/server/routes.ts';
import type { Handler } from '@lockstep/runtime/http/server/server.ts';
import type { Logger } from '@lockstep/runtime/logging.ts';
import type { GatewaySettings } from '../configuration/settings-schema.ts';
import { CallRules } from '../subgraphs/call-rules.ts';
import { OperationCalls } from '../subgraphs/operation-calls.ts';
import type { HandlerFoundation, RequestHandler } from '../supergraph/generation.ts';
import type { LoadedSupergraph } from '../supergraph/loaded-supergraph.ts';
import type { Context } from '../supergraph/request-context.ts';
import { RequestWatch } from '../telemetry/request-watch.ts';
import type { OpenInstruments } from '../telemetry/telemetry.ts';
import { allowOrigins } from './admission/cors.ts';
import { TrafficLimits } from './admission/traffic-limits.ts';
import { apolloServer } from './apollo-server.ts';
import { DocumentGate } from './documents/document-gate.ts';
import { FastPath } from './fast-path.ts';
import { Authentication } from './identity/authentication.ts';
import { pageRoutes } from './pages/pages.ts';

/** What a request handler needs to know of its process, whatever the settings. */
export interface GatewayProcess {
  readonly logger: Logger;
  /** Returns false once the process stops, and new requests should go elsewhere. */
  isReady(): boolean;
}

/** All that is between Node's HTTP and the execution of operations, under one set of settings and on one supergraph. */
export class GatewayRequestHandler implements RequestHandler {
  readonly handle: Handler;
  readonly #server: ApolloServer<Context>;
  readonly limits: TrafficLimits;
  readonly authentication: Authentication | undefined;

  private constructor(
    handle: Handler,
    server: ApolloServer<Context>,
    limits: TrafficLimits,
    authentication: Authentication | undefined,
  ) {
    this.handle = handle;
    this.#server = server;
    this.limits = limits;
    this.authentication = authentication;
  }

  /** @param before the one that it is going to replace: it shares its limits and issuers' keys if their settings are equal */
  static async open(
    process: GatewayProcess,
    { settings, supergraph, instruments }: HandlerFoundation,
    before?: GatewayRequestHandler,
  ): Promise<GatewayRequestHandler> {
    const { logger } = process;
    const { refusals } = instruments.counts;
    const watch = RequestWatch.of(instruments);
    const execution = new FastPath(supergraph);
    const rules = CallRules.of(settings, supergraph.hooks);
    const { server, seesEach } = apolloServer({ logger, refusals }, settings, execution, { rules, watch });
    await server.start();
    const authentication = Authentication.of(settings, logger, before?.authentication, refusals);
    const limits = await TrafficLimits.open(settings.traffic, { logger, refusals }, before?.limits);
    const handle = endpoints(server, process, settings, {
      limits,
      authentication,
      rules,
      watch,
      instruments,
      supergraph,
      find: seesEach ? undefined : (asked) => execution.find(asked),
    });
    return new GatewayRequestHandler(handle, server, limits, authentication);
  }

  async close(): Promise<void> {
    this.limits.close();
    await this.#server.stop();
  }
}

/** What a request passes on its way, where it is configured. */
interface Guards {
  readonly limits: TrafficLimits;
  readonly authentication: Authentication | undefined;
  readonly rules: CallRules | undefined;
  readonly watch: RequestWatch | undefined;
  readonly instruments: OpenInstruments;
  readonly supergraph: LoadedSupergraph;
  /** What runs requests without Apollo Server, where it need not see each. */
  readonly find: ((asked: GraphQLParams) => KnownRequest<Context> | undefined) | undefined;
}

/** GraphQL at its path, the pages for browsers, and the process's health. */
function endpoints(
  server: ApolloServer<Context>,
  { logger, isReady }: GatewayProcess,
  settings: GatewaySettings,
  guards: Guards,
): Handler {
  const { path, landingPage: pages, healthCheck, cors, traffic } = settings;
  const { limits, authentication, watch, instruments, find, supergraph } = guards;
  const { refusals } = instruments.counts;
  const documents = new DocumentGate(settings, { introspection: settings.introspection, logger, refusals });
  const run = notStored(
    graphql(server, {
      context: (arrival) => startOperation(arrival, traffic.timeoutMs, guards),
      check(given, request) {
        limits.enter(request);
        return documents.check(given);
      },
      ...(find && { known: find }),
      maxBodyBytes: settings.limits.maxBodyBytes,
    }),
  );
  const answer = limits.guard(authentication?.guard(run) ?? run);
  return routes({
    ...pageRoutes(pages, path, supergraph.operations.planner.apiSchema),
    [healthCheck.live]: live,
    [healthCheck.ready]: ready(async () => (isReady() ? undefined : 'the process is stopping')),
    ...metricsRoute(settings.telemetry.metricsPath, instruments),
    [path]: allowOrigins(cors, watch ? watch.guard(answer) : answer),
  });
}

function metricsRoute(path: string | undefined, { metrics }: OpenInstruments): Record<string, Handler> {
  return path === undefined || !metrics ? {} : { [path]: (_request, response) => metrics.answer(response) };
}

/** An answer is for who asked for it, and only then. */
function notStored(handler: Handler): Handler {
  return (request, response) => {
    response.setHeader('cache-control', 'no-store');
    return handler(request, response);
  };
}

function startOperation(
  { signal, request }: Arrival,
  timeoutMs: number,
  { authentication, rules, watch }: Guards,
): Context {
  const deadline = new Deadline(timeoutMs);
  const claims = authentication?.claimsOf(request);
  const context = { signal, deadline, headers: request.headers, claims, watched: watch?.recordOf(request) };
  return rules ? { ...context, calls: new OperationCalls(rules, context) } : context;
}

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ApolloServer } from '@apollo/server';
import { Deadline } from '@lockstep/runtime/http/deadline.ts';
import { type Arrival, type GraphQLParams, graphql, type KnownRequest } from '@lockstep/runtime/http/server/graphql.ts';
import { live, ready } from '@lockstep/runtime/http/server/health.ts';
import { routes } from '@lockstep/runtime/http/server/routes.ts';
import type { Handler } from '@lockstep/runtime/http/server/server.ts';
import type { GatewaySettings } from '../configuration/settings-schema.ts';
import { CallRules } from '../subgraphs/call-rules.ts';
import { OperationCalls } from '../subgraphs/operation-calls.ts';
import type { LoadedSupergraph } from '../supergraph/loaded-supergraph.ts';
import type { Context } from '../supergraph/request-context.ts';
import type { EdgeTelemetry } from '../telemetry/telemetry.ts';
import { allowOrigins } from './admission/cors.ts';
import { TrafficLimits } from './admission/traffic-limits.ts';
import { apolloServer } from './apollo-server.ts';
import { DocumentGate } from './documents/document-gate.ts';
import { FastPath } from './fast-path.ts';
import { Authentication } from './identity/authentication.ts';
import { pageRoutes } from './pages/pages.ts';
import type { ServerParts } from './server-parts.ts';

/** All that is between Node's HTTP and the execution of operations, under one set of settings and on one supergraph. */
export class RequestHandler {
  readonly #server: ApolloServer<Context>;
  readonly limits: TrafficLimits;
  readonly #handler: Handler;
  readonly authentication: Authentication | undefined;
  #underWay = 0;
  #isRetired = false;
  /** Whether the limits go on in the one that has replaced it. */
  #leavesLimits = false;

  private constructor(
    server: ApolloServer<Context>,
    handler: Handler,
    limits: TrafficLimits,
    authentication: Authentication | undefined,
  ) {
    this.#server = server;
    this.limits = limits;
    this.#handler = handler;
    this.authentication = authentication;
  }

  /** @param before the one that it replaces: what it knows of issuers' keys, and of what clients have sent, stays known */
  static async open(
    parts: ServerParts,
    settings: GatewaySettings,
    supergraph: LoadedSupergraph,
    before?: RequestHandler,
  ): Promise<RequestHandler> {
    const telemetry = await parts.telemetry.openEdge(settings.telemetry);
    const execution = new FastPath(supergraph);
    const rules = CallRules.of(settings, supergraph.hooks);
    const { server, seesEach } = apolloServer(parts, settings, execution, { rules, telemetry });
    await server.start();
    const authentication = Authentication.of(settings, parts.logger, before?.authentication, parts.refusals);
    const limits = await TrafficLimits.open(settings.traffic, parts, before?.limits);
    const handler = endpoints(server, parts, settings, {
      limits,
      authentication,
      rules,
      telemetry,
      supergraph,
      find: seesEach ? undefined : (asked) => execution.find(asked),
    });
    return new RequestHandler(server, handler, limits, authentication);
  }

  handle(request: IncomingMessage, response: ServerResponse): void | Promise<void> {
    this.#underWay += 1;
    response.once('close', () => {
      this.#underWay -= 1;
      this.#closeWhenDone();
    });
    return this.#handler(request, response);
  }

  /** Closes once the requests that it has taken are answered. Its successor gets all others. */
  retire(successor: RequestHandler): void {
    this.#isRetired = true;
    this.#leavesLimits = successor.limits === this.limits;
    this.#closeWhenDone();
  }

  close(): Promise<void> {
    if (!this.#leavesLimits) this.limits.close();
    return this.#server.stop();
  }

  #closeWhenDone(): void {
    if (this.#isRetired && this.#underWay === 0) void this.close();
  }
}

/** What a request passes on its way, where it is configured. */
interface Guards {
  readonly limits: TrafficLimits;
  readonly authentication: Authentication | undefined;
  readonly rules: CallRules | undefined;
  readonly telemetry: EdgeTelemetry;
  readonly supergraph: LoadedSupergraph;
  /** What runs requests without Apollo Server, where it need not see each. */
  readonly find: ((asked: GraphQLParams) => KnownRequest<Context> | undefined) | undefined;
}

/** GraphQL at its path, the pages for browsers, and the process's health. */
function endpoints(
  server: ApolloServer<Context>,
  parts: ServerParts,
  settings: GatewaySettings,
  guards: Guards,
): Handler {
  const { path, landingPage: pages, healthCheck, cors, traffic } = settings;
  const { logger, refusals } = parts;
  const { limits, authentication, telemetry, find, supergraph } = guards;
  const { watch } = telemetry;
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
    [healthCheck.ready]: ready(async () => {
      if (!parts.isReady()) throw new Error('the process stops');
    }),
    ...telemetry.routes,
    [path]: allowOrigins(cors, watch ? watch.guard(answer) : answer),
  });
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
  { authentication, rules, telemetry: { watch } }: Guards,
): Context {
  const deadline = new Deadline(timeoutMs);
  const claims = authentication?.claimsOf(request);
  const context = { signal, deadline, headers: request.headers, claims, watched: watch?.recordOf(request) };
  return rules ? { ...context, calls: new OperationCalls(rules, context) } : context;
}

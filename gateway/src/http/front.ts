import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ApolloServer } from '@apollo/server';
import { Deadline, setDeadline } from '@lockstep/runtime/http/deadline.ts';
import { type Arrival, graphql } from '@lockstep/runtime/http/graphql.ts';
import { live, ready } from '@lockstep/runtime/http/health.ts';
import { routes } from '@lockstep/runtime/http/routes.ts';
import type { Handler } from '@lockstep/runtime/http/server.ts';
import type { GatewaySettings } from '../configuration/supergraph-schema.ts';
import { Authentication } from '../protection/authentication/authentication.ts';
import { ConcurrencyLimit } from '../protection/concurrency-limit.ts';
import { DocumentGate } from '../protection/document-gate.ts';
import { RateLimit } from '../protection/rate-limit.ts';
import { CallRules } from '../subgraphs/call-rules.ts';
import { OperationCalls } from '../subgraphs/operation-calls.ts';
import type { Attachment } from '../supergraph/handover.ts';
import type { LoadedSupergraph } from '../supergraph/loaded-supergraph.ts';
import type { EdgeTelemetry } from '../telemetry/telemetry.ts';
import { apolloServer } from './apollo-server.ts';
import type { Context } from './context.ts';
import { allowOrigins } from './cors.ts';
import { pageRoutes } from './pages.ts';
import type { ServerParts } from './server.ts';

/** All that is between Node's HTTP and the execution of operations, under one set of settings. */
export class Front {
  readonly #server: ApolloServer<Context>;
  readonly #protection: Protection;
  readonly #handler: Handler;
  readonly #attachment: Attachment;
  readonly authentication: Authentication | undefined;
  #underWay = 0;
  #isRetired = false;

  private constructor(
    server: ApolloServer<Context>,
    handler: Handler,
    protection: Protection,
    attachment: Attachment,
    authentication: Authentication | undefined,
  ) {
    this.#server = server;
    this.#attachment = attachment;
    this.#protection = protection;
    this.#handler = handler;
    this.authentication = authentication;
  }

  /**
   * @param supergraph what it begins with, and what it stays with once it is retired
   * @param before the one that it replaces: what it knows of issuers' keys stays known
   */
  static async open(
    parts: ServerParts,
    settings: GatewaySettings,
    supergraph: LoadedSupergraph,
    before?: Front,
  ): Promise<Front> {
    const telemetry = await parts.telemetry.openEdge(settings.telemetry);
    const attachment = parts.gateway.attach(supergraph);
    const rules = CallRules.of(settings, supergraph.hooks);
    const server = apolloServer(parts, settings, attachment, { rules, telemetry });
    await server.start();
    const authentication = Authentication.of(settings, parts.logger, before?.authentication, parts.refusals);
    const protection = await protect(settings, parts);
    const handler = endpoints(server, parts, settings, { ...protection, authentication, rules, telemetry });
    return new Front(server, handler, protection, attachment, authentication);
  }

  handle(request: IncomingMessage, response: ServerResponse): void | Promise<void> {
    this.#underWay += 1;
    response.once('close', () => {
      this.#underWay -= 1;
      this.#closeWhenDone();
    });
    return this.#handler(request, response);
  }

  /** Closes once the requests that it has taken are answered. It must be given no more of them. */
  retire(): void {
    this.#isRetired = true;
    this.#attachment.detach();
    this.#closeWhenDone();
  }

  close(): Promise<void> {
    this.#protection.rate?.close();
    return this.#server.stop();
  }

  #closeWhenDone(): void {
    if (this.#isRetired && this.#underWay === 0) void this.close();
  }
}

/** What a request must pass before it is read, where it is configured. */
interface Protection {
  readonly rate: RateLimit | undefined;
  readonly concurrency: ConcurrencyLimit | undefined;
}

async function protect({ traffic }: GatewaySettings, { logger, refusals }: ServerParts): Promise<Protection> {
  const { rateLimit, concurrencyLimit } = traffic;
  return {
    rate: rateLimit && (await RateLimit.open(rateLimit, logger, refusals)),
    concurrency: concurrencyLimit === undefined ? undefined : new ConcurrencyLimit(concurrencyLimit, refusals),
  };
}

/** What a request passes on its way, where it is configured. */
interface Guards extends Protection {
  readonly authentication: Authentication | undefined;
  readonly rules: CallRules | undefined;
  readonly telemetry: EdgeTelemetry;
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
  const { rate, concurrency, authentication, telemetry } = guards;
  const { watch } = telemetry;
  const documents = new DocumentGate(settings, { introspection: settings.introspection, logger, refusals });
  const run = notStored(
    graphql(server, {
      context: (arrival) => startOperation(arrival, traffic.timeoutMs, guards),
      check(given, request) {
        concurrency?.enter(request);
        return documents.check(given);
      },
      maxBodyBytes: settings.limits.maxBodyBytes,
    }),
  );
  const known = authentication?.guard(run) ?? run;
  const bounded = concurrency ? concurrency.guard(known) : known;
  const answer = rate ? rate.guard(bounded) : bounded;
  return routes({
    ...pageRoutes(pages, path, parts.gateway),
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
  setDeadline(signal, new Deadline(timeoutMs));
  const claims = authentication?.claimsOf(request);
  const context = { signal, headers: request.headers, claims, watched: watch?.recordOf(request) };
  return rules ? { ...context, calls: new OperationCalls(rules, context) } : context;
}

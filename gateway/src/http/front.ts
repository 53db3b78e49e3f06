import type { IncomingMessage, ServerResponse } from 'node:http';
import { ApolloServer } from '@apollo/server';
import { ApolloServerPluginUsageReportingDisabled } from '@apollo/server/plugin/disabled';
import { Deadline, setDeadline } from '@lockstep/runtime/http/deadline.ts';
import { type Arrival, graphql } from '@lockstep/runtime/http/graphql.ts';
import { live, ready } from '@lockstep/runtime/http/health.ts';
import { routes } from '@lockstep/runtime/http/routes.ts';
import type { Handler } from '@lockstep/runtime/http/server.ts';
import type { GatewaySettings } from '../configuration/supergraph-schema.ts';
import { ConcurrencyLimit } from '../protection/concurrency-limit.ts';
import { RateLimit } from '../protection/rate-limit.ts';
import type { Context } from './context.ts';
import { allowOrigins } from './cors.ts';
import { formatError } from './error-format.ts';
import { landingPage } from './landing-page.ts';
import type { ServerParts } from './server.ts';

const GRAPHQL_PATH = '/graphql';

/** All that is between Node's HTTP and the execution of operations, under one set of settings. */
export class Front {
  readonly #server: ApolloServer<Context>;
  readonly #protection: Protection;
  readonly #handler: Handler;
  #underWay = 0;
  #isRetired = false;

  private constructor(server: ApolloServer<Context>, protection: Protection, handler: Handler) {
    this.#server = server;
    this.#protection = protection;
    this.#handler = handler;
  }

  static async open(parts: ServerParts, settings: GatewaySettings): Promise<Front> {
    const server = apolloServer(parts);
    await server.start();
    const protection = protect(settings, parts);
    return new Front(server, protection, endpoints(server, parts, settings, protection));
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

/** The supergraph outlives any one Apollo Server: stopping that must not close it. */
function apolloServer({ gateway, config, logger }: ServerParts): ApolloServer<Context> {
  return new ApolloServer<Context>({
    gateway: {
      load: () => gateway.load(),
      onSchemaLoadOrUpdate: (listener) => gateway.onSchemaLoadOrUpdate(listener),
      stop: async () => {},
    },
    introspection: config.introspection,
    hideSchemaDetailsFromClientErrors: !config.introspection,
    includeStacktraceInErrorResponses: false,
    formatError: formatError(logger),
    logger,
    plugins: [landingPage(config.landingPage), ApolloServerPluginUsageReportingDisabled()],
    stopOnTerminationSignals: false,
  });
}

/** What a request must pass before it is read, where it is configured. */
interface Protection {
  readonly rate: RateLimit | undefined;
  readonly concurrency: ConcurrencyLimit | undefined;
}

function protect({ traffic: { rateLimit, concurrencyLimit } }: GatewaySettings, { logger }: ServerParts): Protection {
  return {
    rate: rateLimit && new RateLimit(rateLimit, logger),
    concurrency: concurrencyLimit === undefined ? undefined : new ConcurrencyLimit(concurrencyLimit),
  };
}

/** GraphQL at `/graphql`, and the process's health. A browser that opens `/` is led to the page. */
function endpoints(
  server: ApolloServer<Context>,
  { config }: ServerParts,
  { traffic }: GatewaySettings,
  { rate, concurrency }: Protection,
): Handler {
  const run = graphql(server, {
    context: (arrival) => startOperation(arrival, traffic.timeoutMs),
    ...(concurrency && {
      check(given, request) {
        concurrency.enter(request);
        return given;
      },
    }),
  });
  const bounded = concurrency ? concurrency.guard(run) : run;
  const answer = rate ? rate.guard(bounded) : bounded;
  return routes({
    ...(config.landingPage && { '/': redirect(GRAPHQL_PATH) }),
    [GRAPHQL_PATH]: allowOrigins(config.corsOrigins, answer),
    '/health/live': live,
    '/health/ready': ready(async () => {}),
  });
}

function startOperation({ signal, request: { headers } }: Arrival, timeoutMs: number): Context {
  setDeadline(signal, new Deadline(timeoutMs));
  return { signal, headers };
}

function redirect(location: string): Handler {
  return (_request, response) => {
    response.writeHead(302, { location }).end();
  };
}

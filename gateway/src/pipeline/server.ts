import type { ApolloServer } from '@apollo/server';
import type { Handler } from '@lockstep/runtime/http/server/server.ts';
import type { Logger } from '@lockstep/runtime/logging.ts';
import { CallRules } from '../subgraphs/call-rules.ts';
import type { ChangeLog } from '../supergraph/change-log.ts';
import type { HandlerFoundation, RequestHandler } from '../supergraph/generation.ts';
import type { Context } from '../supergraph/request-context.ts';
import { RequestWatch } from '../telemetry/request-watch.ts';
import { TrafficLimits } from './admission/traffic-limits.ts';
import { apolloServer } from './apollo-server.ts';
import { DemandControl } from './cost/demand-control.ts';
import { DocumentGate } from './documents/document-gate.ts';
import { RegisteredDocuments } from './documents/registered-documents.ts';
import { ValidatedDocuments } from './documents/validated-documents.ts';
import { FastPath } from './fast-path.ts';
import { graphqlRequests } from './graphql-request.ts';
import { Authentication } from './identity/authentication.ts';
import { LandingPage } from './pages/pages.ts';
import { QueryPlans } from './responses/query-plans.ts';
import { gatewayRoutes } from './routes.ts';
import { SharedAnswers } from './shared-answers.ts';

/** The process that a server runs in, whatever the settings. */
export interface GatewayProcess {
  readonly logger: Logger;
  /** Returns false once the process stops, and new requests should go elsewhere. */
  isReady(): boolean;
  /** Changes of the graph since the process started; undefined if nobody notes them. */
  readonly changes?: ChangeLog | undefined;
}

/** Parts of a server that have to be closed, or are taken over by the next one. */
interface ServerParts {
  readonly limits: TrafficLimits;
  readonly authentication: Authentication | undefined;
  readonly apolloServer: ApolloServer<Context>;
  readonly registered: RegisteredDocuments | undefined;
}

/** Everything between Node's HTTP and the execution of operations, under one set of settings and on one supergraph. */
export class GatewayServer implements RequestHandler {
  readonly handle: Handler;
  readonly limits: TrafficLimits;
  readonly authentication: Authentication | undefined;
  readonly #apolloServer: ApolloServer<Context>;
  readonly #registered: RegisteredDocuments | undefined;

  private constructor(handle: Handler, { limits, authentication, apolloServer, registered }: ServerParts) {
    this.handle = handle;
    this.limits = limits;
    this.authentication = authentication;
    this.#apolloServer = apolloServer;
    this.#registered = registered;
  }

  /** @param before the one that it is going to replace: it shares its limits and issuers' keys if their settings are equal */
  static async open(
    process: GatewayProcess,
    foundation: HandlerFoundation,
    before?: GatewayServer,
  ): Promise<GatewayServer> {
    const { logger } = process;
    const { settings, supergraph, instruments } = foundation;
    const { refusals } = instruments.counts;
    const watch = RequestWatch.of(instruments, supergraph.operations.planner.apiSchema);
    const rules = CallRules.of(settings, supergraph.hooks);
    const demandControl =
      settings.demandControl && new DemandControl(settings.demandControl, { supergraph, logger, refusals });
    const fastPath = new FastPath(
      supergraph,
      demandControl,
      settings.traffic.deduplicateQuery ? new SharedAnswers(supergraph.mutations) : undefined,
    );
    const { introspection } = settings;
    const validated = new ValidatedDocuments(supergraph.operations.planner.apiSchema, introspection);
    const landingPage = new LandingPage(settings.landingPage, settings.path, logger);
    const queryPlans = settings.queryPlans && new QueryPlans(settings.queryPlans);
    const sharedParts = { rules, watch, queryPlans };
    const documents = new DocumentGate(settings, { introspection, logger, refusals, validated });
    const authentication = await Authentication.open(settings, logger, before?.authentication, refusals);
    const registered = await RegisteredDocuments.open(settings.apq, logger, (text) => documents.admits(text));
    const documentParts = { validated, registered, fastPath };
    const parts = { settings, supergraph, logger, demandControl, landingPage, ...documentParts, ...sharedParts };
    const server = apolloServer(parts);
    await server.start();
    const limits = await TrafficLimits.open(settings.traffic, { logger, refusals }, before?.limits);
    const graphql = graphqlRequests(
      {
        ...sharedParts,
        limits,
        authentication,
        documents,
        fastPath: rules?.watchesOperations ? undefined : fastPath, // Apollo Server's plugins show each to them
        apolloServer: server,
        refusals,
        page: landingPage.handle,
      },
      settings,
    );
    const handle = gatewayRoutes(foundation, process, limits, graphql);
    return new GatewayServer(handle, { limits, authentication, apolloServer: server, registered });
  }

  async close(): Promise<void> {
    this.limits.close();
    this.#registered?.close();
    await this.#apolloServer.stop();
  }
}

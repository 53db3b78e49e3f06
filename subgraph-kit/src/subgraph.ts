import { ApolloServer, type ApolloServerPlugin } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
} from '@apollo/server/plugin/disabled';
import { buildSubgraphSchema, type GraphQLSchemaModule } from '@apollo/subgraph';
import { DocumentStore } from '@lockstep/runtime/graphql/document-store.ts';
import { KnownOperationTypesRule } from '@lockstep/runtime/graphql/known-operation-types.ts';
import { maskUnexpected } from '@lockstep/runtime/graphql/masking.ts';
import { hideSuggestions } from '@lockstep/runtime/graphql/suggestions.ts';
import { VALIDATION_OPTIONS } from '@lockstep/runtime/graphql/validation-options.ts';
import { codeOfTooManyVariableErrors } from '@lockstep/runtime/graphql/variable-errors.ts';
import { readDeadline } from '@lockstep/runtime/http/deadline.ts';
import { requestIdOf } from '@lockstep/runtime/http/request-id.ts';
import { requireCertificate } from '@lockstep/runtime/http/server/client-certificate.ts';
import { graphql } from '@lockstep/runtime/http/server/graphql.ts';
import { live, READY_PATH, type ReadinessCheck, ready } from '@lockstep/runtime/http/server/health.ts';
import { routes } from '@lockstep/runtime/http/server/routes.ts';
import { requireSecret } from '@lockstep/runtime/http/server/secret.ts';
import type { Handler } from '@lockstep/runtime/http/server/server.ts';
import type { Logger } from '@lockstep/runtime/logging.ts';
import type { ProcessConfig } from '@lockstep/runtime/process-config.ts';
import { requestScope } from '@lockstep/runtime/request-scope.ts';
import { parse } from 'graphql';
import { OperationBudget } from './execution/operation-budget.ts';
import { type Operation, type OperationContext, SubgraphExecutor } from './execution/subgraph-executor.ts';
import { resolveNodeIds } from './node-interface.ts';
import { checkRepresentations } from './representations.ts';
import { MAX_OBJECTS } from './subgraph-config.ts';
import { checkSubgraphRequest } from './subgraph-limits.ts';
import type { SubgraphTls } from './subgraph-tls.ts';
import type { SubgraphTelemetry } from './telemetry/subgraph-telemetry.ts';
import { timeResolvers } from './telemetry/timed-resolvers.ts';

/** Parts of a subgraph. */
export interface SubgraphOptions<Context extends OperationContext> {
  typeDefs: string;
  resolvers: NonNullable<GraphQLSchemaModule['resolvers']>;
  /** Returns the context of one operation. */
  context: (operation: Operation) => Context;
  isReady: ReadinessCheck;
  config: ProcessConfig & { readonly tls?: Pick<SubgraphTls, 'requiresCertificate'> | undefined };
  /** Maximum number of objects that one operation may make. */
  maxObjects?: number;
  logger: Logger;
  /** Undefined if none is configured. */
  telemetry?: SubgraphTelemetry | undefined;
  /** Path that serves the metrics. */
  metricsPath?: string | undefined;
}

/** Subgraph that has started and doesn't listen yet. */
export interface Subgraph {
  handler: Handler;
  stop(): Promise<void>;
}

/** Plugins that turn off features which wrap every field's resolver. */
const INSTRUMENTATION_OFF: ApolloServerPlugin[] = [
  ApolloServerPluginCacheControlDisabled(),
  ApolloServerPluginInlineTraceDisabled(),
];

/** Plugins that hide the schema from strangers, besides Apollo Server's own options. */
const DISCREET: ApolloServerPlugin[] = [ApolloServerPluginLandingPageDisabled(), hideSuggestions];

/**
 * Builds a subgraph that honours its callers' deadlines, with GraphQL at `/graphql` and health at `/health/…`. GraphQL is
 * only for callers with the shared secret, if one is configured.
 */
export async function buildSubgraph<Context extends OperationContext>(
  options: SubgraphOptions<Context>,
): Promise<Subgraph> {
  const { config, maxObjects = MAX_OBJECTS, logger, telemetry, metricsPath } = options;
  const schema = buildSubgraphSchema([{ typeDefs: parse(options.typeDefs), resolvers: options.resolvers }]);
  checkRepresentations(schema);
  resolveNodeIds(schema);
  if (telemetry?.timesWork) timeResolvers(schema, (...ended) => telemetry.noteResolver(...ended));
  const executor = new SubgraphExecutor(schema, telemetry && ((kind, name) => telemetry.noteAnswer(kind, name)));
  const server = new ApolloServer<Context>({
    gateway: executor,
    introspection: !config.isProduction,
    hideSchemaDetailsFromClientErrors: config.isProduction,
    includeStacktraceInErrorResponses: false,
    documentStore: new DocumentStore(),
    validationRules: [KnownOperationTypesRule],
    validationOptions: VALIDATION_OPTIONS,
    formatError: maskUnexpected(logger),
    persistedQueries: false,
    logger,
    plugins: [
      ...INSTRUMENTATION_OFF,
      codeOfTooManyVariableErrors,
      ...(config.isProduction ? DISCREET : []),
      ...executor.plugins(),
      ...(telemetry ? [telemetry.plugin()] : []),
    ],
    stopOnTerminationSignals: false,
  });
  await server.start();
  const answer = graphql(server, {
    context: ({ signal, deadline }) =>
      options.context({ signal, deadline, budget: new OperationBudget(maxObjects, { signal, deadline }) }),
    check: checkSubgraphRequest(),
    deadline: readDeadline,
    known: (asked) => executor.find(asked),
    headers: ({ cacheControl }) => (cacheControl === undefined ? undefined : { 'cache-control': cacheControl }),
  });
  const known = config.secret === undefined ? answer : requireSecret(config.secret, answer);
  const secured = config.tls?.requiresCertificate ? requireCertificate(known, logger) : known;
  const inScope: Handler = telemetry
    ? (request, response) => telemetry.observe(request, response, () => secured(request, response))
    : (request, response) => requestScope.run({ id: requestIdOf(request) }, secured, request, response);
  const metrics = telemetry?.metrics;
  return {
    handler: routes({
      '/graphql': inScope,
      '/health/live': live,
      [READY_PATH]: ready(options.isReady),
      ...(metrics &&
        metricsPath !== undefined && { [metricsPath]: (_, response) => metrics.registry.answer(response) }),
    }),
    stop: () => server.stop(),
  };
}

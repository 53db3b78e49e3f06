import {
  ApolloServer,
  type ApolloServerOptionsWithGateway,
  type ApolloServerPlugin,
  type BaseContext,
} from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import { hideSuggestions } from '@lockstep/runtime/graphql/suggestions.ts';
import { VALIDATION_OPTIONS } from '@lockstep/runtime/graphql/validation-options.ts';
import { codeOfTooManyVariableErrors } from '@lockstep/runtime/graphql/variable-errors.ts';
import type { Logger } from '@lockstep/runtime/logging.ts';
import type { GraphQLSchema } from 'graphql';
import type { CallRules } from '../subgraphs/call-rules.ts';
import type { HandlerFoundation } from '../supergraph/generation.ts';
import type { LoadedSupergraph } from '../supergraph/loaded-supergraph.ts';
import type { Context } from '../supergraph/request-context.ts';
import type { RequestWatch } from '../telemetry/request-watch.ts';
import type { DemandControl } from './cost/demand-control.ts';
import type { RegisteredDocuments } from './documents/registered-documents.ts';
import { FURTHER_RULES, type ValidatedDocuments } from './documents/validated-documents.ts';
import type { FastPath } from './fast-path.ts';
import type { LandingPage } from './pages/pages.ts';
import { answerShaping } from './responses/answer-shaping.ts';
import { cacheStatusHeader } from './responses/cache-status-header.ts';
import { formatError } from './responses/error-format.ts';
import type { QueryPlans } from './responses/query-plans.ts';

/**
 * Apollo Server's own plugins for features that a gateway doesn't have: cache hints and traces are of fields that it
 * resolves. (Its `cache-control` is the one that every answer has here anyway.)
 */
const INSTRUMENTATION_OFF: ApolloServerPlugin[] = [
  ApolloServerPluginCacheControlDisabled(),
  ApolloServerPluginInlineTraceDisabled(),
  ApolloServerPluginUsageReportingDisabled(),
];

type GatewayInterface = NonNullable<ApolloServerOptionsWithGateway<BaseContext>['gateway']>;

/** Dependencies of an Apollo Server. */
interface ApolloServerParts extends Pick<HandlerFoundation, 'settings' | 'supergraph'> {
  readonly logger: Logger;
  readonly demandControl: DemandControl | undefined;
  readonly fastPath: FastPath;
  readonly validated: ValidatedDocuments;
  readonly rules: CallRules | undefined;
  readonly queryPlans: QueryPlans | undefined;
  readonly watch: RequestWatch | undefined;
  readonly landingPage: LandingPage;
  /** Documents that clients register; undefined if they may not. */
  readonly registered: RegisteredDocuments | undefined;
}

/** Makes the Apollo Server that answers what is new, what is wrong, and what plugins have a say in. */
export function apolloServer(parts: ApolloServerParts): ApolloServer<Context> {
  const { settings, supergraph, logger, demandControl, fastPath, validated, rules, queryPlans, watch } = parts;
  const { landingPage, registered } = parts;
  return new ApolloServer<Context>({
    gateway: supergraphGateway(supergraph),
    introspection: settings.introspection,
    hideSchemaDetailsFromClientErrors: !settings.introspection,
    includeStacktraceInErrorResponses: false,
    csrfPrevention: { requestHeaders: settings.csrf.requiredHeaders },
    documentStore: validated,
    validationRules: [...FURTHER_RULES],
    validationOptions: VALIDATION_OPTIONS,
    formatError: formatError(logger, settings.subgraphErrors),
    parseOptions: { maxTokens: settings.limits.maxTokens },
    persistedQueries: registered ? { cache: registered } : false,
    logger,
    plugins: [
      landingPage.plugin,
      ...INSTRUMENTATION_OFF,
      codeOfTooManyVariableErrors,
      ...(settings.introspection ? [] : [hideSuggestions]),
      ...(watch ? [watch.plugin()] : []),
      ...(demandControl ? [demandControl.plugin()] : []),
      ...(rules ? answerShaping(rules, logger) : []),
      ...(settings.responseCache ? [cacheStatusHeader] : []),
      ...(queryPlans ? [queryPlans.plugin()] : []),
      fastPath.plugin(),
    ],
    stopOnTerminationSignals: false,
  });
}

/** Returns what Apollo Server runs operations by. It doesn't close the supergraph, which outlives it. */
export function supergraphGateway(supergraph: LoadedSupergraph): GatewayInterface {
  const { sdl: coreSupergraphSdl, operations } = supergraph;
  const { apiSchema } = operations.planner;
  return {
    load: async () => ({
      executor: async (request) => (await request.context.begun) ?? supergraph.execute(request),
    }),
    onSchemaLoadOrUpdate: (listener) => {
      withoutTypes(apiSchema, () => listener({ apiSchema, coreSupergraphSdl }));
      return () => {};
    },
    stop: async () => {},
  };
}

/**
 * Shows a schema without types. Apollo Server 5.5 prints the whole schema as it takes it, 60 ms for 3,000 types, to hash it for the
 * keys of its document store; ours ignores that part of them.
 */
function withoutTypes(schema: GraphQLSchema, take: () => void): void {
  schema.getTypeMap = () => ({});
  try {
    take();
  } finally {
    Reflect.deleteProperty(schema, 'getTypeMap');
  }
}

import { ApolloServer, type ApolloServerPlugin } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import { KnownOperationTypesRule } from '@lockstep/runtime/graphql/known-operation-types.ts';
import { hideSuggestions } from '@lockstep/runtime/graphql/suggestions.ts';
import { codeOfTooManyVariableErrors } from '@lockstep/runtime/graphql/variable-errors.ts';
import type { GatewaySettings } from '../configuration/supergraph-schema.ts';
import { demandControl } from '../protection/demand-control.ts';
import type { CallRules } from '../subgraphs/call-rules.ts';
import type { EdgeTelemetry } from '../telemetry/telemetry.ts';
import { answerShaping } from './answer-shaping.ts';
import type { Context } from './context.ts';
import type { DirectExecution } from './direct-execution.ts';
import { formatError } from './error-format.ts';
import { landingPage } from './landing-page.ts';
import type { ServerParts } from './server.ts';

/**
 * What Apollo Server puts around every request for features that a gateway doesn't have: cache hints and traces are of
 * fields that it resolves. {@link notStored} says what the first of them would.
 */
const INSTRUMENTATION_OFF: ApolloServerPlugin[] = [
  ApolloServerPluginCacheControlDisabled(),
  ApolloServerPluginInlineTraceDisabled(),
  ApolloServerPluginUsageReportingDisabled(),
];

/** Who has a say in operations, or wants to know of them. */
interface Listening {
  readonly rules: CallRules | undefined;
  readonly telemetry: EdgeTelemetry;
}

/** What runs operations. */
interface OperationServer {
  readonly server: ApolloServer<Context>;
  /** Whether each request has to go through it: what it costs, or what a hook says, is another matter each time. */
  readonly seesEach: boolean;
}

/** What runs operations, and may be asked by hooks, header rules and those who watch, where they are configured. */
export function apolloServer(
  { logger, refusals }: Pick<ServerParts, 'logger' | 'refusals'>,
  settings: GatewaySettings,
  execution: DirectExecution,
  { rules, telemetry: { watch } }: Listening,
): OperationServer {
  const asked = [
    ...(settings.demandControl ? [demandControl(settings.demandControl, { logger, refusals })] : []),
    ...(rules ? answerShaping(rules, logger) : []),
  ];
  const server = new ApolloServer<Context>({
    gateway: execution.gateway,
    introspection: settings.introspection,
    hideSchemaDetailsFromClientErrors: !settings.introspection,
    includeStacktraceInErrorResponses: false,
    csrfPrevention: { requestHeaders: settings.csrf.requiredHeaders },
    validationRules: [KnownOperationTypesRule],
    formatError: formatError(logger, settings.subgraphErrors),
    parseOptions: { maxTokens: settings.limits.maxTokens },
    persistedQueries: settings.apq.enabled ? {} : false,
    logger,
    plugins: [
      landingPage(settings.landingPage, settings.path),
      ...INSTRUMENTATION_OFF,
      codeOfTooManyVariableErrors,
      ...(settings.introspection ? [] : [hideSuggestions]),
      ...(watch ? [watch.plugin()] : []),
      ...asked,
      execution.plugin(),
    ],
    stopOnTerminationSignals: false,
  });
  return { server, seesEach: asked.length > 0 };
}

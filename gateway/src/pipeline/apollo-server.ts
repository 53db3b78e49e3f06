import { ApolloServer, type ApolloServerPlugin } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import { KnownOperationTypesRule } from '@lockstep/runtime/graphql/known-operation-types.ts';
import { hideSuggestions } from '@lockstep/runtime/graphql/suggestions.ts';
import { codeOfTooManyVariableErrors } from '@lockstep/runtime/graphql/variable-errors.ts';
import type { Logger } from '@lockstep/runtime/logging.ts';
import type { GatewaySettings } from '../configuration/settings-schema.ts';
import type { CallRules } from '../subgraphs/call-rules.ts';
import type { Context } from '../supergraph/request-context.ts';
import type { RejectionCounts } from '../telemetry/rejection-counts.ts';
import type { RequestWatch } from '../telemetry/request-watch.ts';
import { demandControl } from './cost/demand-control.ts';
import type { FastPath } from './fast-path.ts';
import { landingPage } from './pages/landing-page.ts';
import { answerShaping } from './responses/answer-shaping.ts';
import { formatError } from './responses/error-format.ts';

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
  readonly watch: RequestWatch | undefined;
}

/** What runs operations. */
interface OperationServer {
  readonly server: ApolloServer<Context>;
  /** Whether each request has to go through it: what it costs, or what a hook says, is another matter each time. */
  readonly seesEach: boolean;
}

/** What runs operations, and may be asked by hooks, header rules and those who watch, where they are configured. */
export function apolloServer(
  { logger, refusals }: { readonly logger: Logger; readonly refusals: RejectionCounts },
  settings: GatewaySettings,
  execution: FastPath,
  { rules, watch }: Listening,
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

import { AsyncLocalStorage } from 'node:async_hooks';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ApolloServerPlugin, GraphQLRequestListener } from '@apollo/server';
import { batchedInfo, type Logger } from '@lockstep/runtime/logging.ts';
import { requestScope } from '@lockstep/runtime/request-scope.ts';
import type { RequestTrace } from '@lockstep/runtime/telemetry/call-trace.ts';
import { observeRequest } from '@lockstep/runtime/telemetry/observe-request.ts';
import { openLogExport, openMetricExport } from '@lockstep/runtime/telemetry/open-exports.ts';
import { Pm2Figures } from '@lockstep/runtime/telemetry/pm2-figures.ts';
import type { ProcessTelemetry } from '@lockstep/runtime/telemetry/telemetry-settings.ts';
import type { Tracing } from '@lockstep/runtime/telemetry/tracing.ts';
import type { LogEvent } from 'kysely';
import type { Engine } from '../database/engines/engine.ts';
import { nameOf } from './statement-names.ts';
import type { SubgraphMetrics } from './subgraph-metrics.ts';
import { SubgraphRequest } from './subgraph-request.ts';

/** Time from which a resolver is a span of its own. */
const SLOW_MS = 10;

interface Closable {
  close(): Promise<void>;
}

interface Sinks {
  readonly metrics: SubgraphMetrics | undefined;
  readonly tracing: Tracing<RequestTrace> | undefined;
  readonly accessLog: ((line: object) => void) | undefined;
  readonly pm2: Pm2Figures | undefined;
}

/** Telemetry of a subgraph: metrics, traces and access log, as far as they are configured. */
export class SubgraphTelemetry {
  readonly #sinks: Sinks;
  readonly #exports: readonly Closable[];
  readonly #current = new AsyncLocalStorage<SubgraphRequest>();

  private constructor(sinks: Sinks, exports: readonly Closable[]) {
    this.#sinks = sinks;
    this.#exports = exports;
  }

  /** Opens what is configured; undefined if nothing is, and pm2 doesn't run this process. The libraries are loaded on demand. */
  static async open(settings: ProcessTelemetry, logger: Logger): Promise<SubgraphTelemetry | undefined> {
    const { hasAccessLog, metricsPath, tracing, metricExport, logExport } = settings;
    const hasMetrics = metricsPath !== undefined || metricExport !== undefined;
    const pm2 = Pm2Figures.report();
    if (!hasAccessLog && !hasMetrics && !tracing && !logExport && !pm2) return undefined;
    const metrics = hasMetrics ? await openMetrics() : undefined;
    const sinks = {
      metrics,
      accessLog: hasAccessLog ? batchedInfo(logger, 'request') : undefined,
      tracing: tracing && (await openTracing(tracing, logger)),
      pm2,
    };
    return new SubgraphTelemetry(sinks, [
      ...(sinks.tracing ? [sinks.tracing] : []),
      ...(metricExport && metrics ? [await openMetricExport(metricExport, metrics.registry, logger)] : []),
      ...(logExport ? [await openLogExport(logExport, logger)] : []),
    ]);
  }

  get metrics(): SubgraphMetrics | undefined {
    return this.#sinks.metrics;
  }

  /** True if the resolvers and statements of a request are timed too. */
  get timesWork(): boolean {
    return this.#sinks.metrics !== undefined || this.#sinks.tracing !== undefined;
  }

  /** Answers a request that has arrived, and observes it until its response ends. */
  observe(
    request: IncomingMessage,
    response: ServerResponse,
    answer: () => void | Promise<void>,
  ): void | Promise<void> {
    const { metrics, tracing } = this.#sinks;
    const observed = new SubgraphRequest(request, tracing?.startRequest(request), metrics);
    observeRequest(observed, response, this.#sinks);
    return this.#current.run(observed, () => requestScope.run(observed, answer));
  }

  /** Notes the operation that the current request is for, and that its answer has no errors. */
  noteAnswer(kind: string, name: string | undefined): void {
    const observed = this.#current.getStore();
    observed?.noteOperation(kind, name);
    observed?.noteAnswer({}, []);
  }

  /** Notes the operations that Apollo Server answers. */
  plugin(): ApolloServerPlugin {
    const current = this.#current;
    const listener: GraphQLRequestListener<object> = {
      async didResolveOperation({ operation }) {
        if (operation) current.getStore()?.noteOperation(operation.operation, operation.name?.value);
      },
      async willSendResponse({ response: { body } }) {
        if (body.kind === 'single')
          current.getStore()?.noteAnswer(body.singleResult.data, body.singleResult.errors ?? []);
      },
    };
    return { requestDidStart: async () => listener };
  }

  /** Notes that a field's resolver, which did not return at once, has ended. */
  noteResolver(field: string, startedAt: number, isFailed: boolean): void {
    const ms = performance.now() - startedAt;
    this.#sinks.metrics?.resolverDuration.add(field, ms / 1000);
    const trace = ms < SLOW_MS ? undefined : this.#current.getStore()?.trace;
    if (!trace?.isRecording) return;
    const attributes = { 'graphql.field.coordinates': field };
    trace.add({ name: `resolve ${field}`, startedAt, attributes, error: isFailed ? 'resolver' : undefined });
  }

  /** Notes a statement that a database of this system has run. */
  readonly noteStatement = ({ level, query: { sql }, queryDurationMillis }: LogEvent, system: Engine['name']): void => {
    const { summary, operation, table } = nameOf(sql);
    this.#sinks.metrics?.statementDuration.add(summary, queryDurationMillis / 1000);
    const trace = this.#current.getStore()?.trace;
    if (!trace?.isRecording) return;
    const attributes = {
      'db.system.name': system,
      'db.operation.name': operation,
      'db.query.summary': summary,
      'db.query.text': sql,
      ...(table !== undefined && { 'db.collection.name': table }),
    };
    const startedAt = performance.now() - queryDurationMillis;
    trace.add({
      name: summary,
      startedAt,
      attributes,
      isClient: true,
      error: level === 'error' ? 'statement' : undefined,
    });
  };

  /** Sends what waits, unless the collectors are too slow. */
  async close(): Promise<void> {
    await Promise.all(this.#exports.map((one) => one.close()));
  }
}

async function openMetrics(): Promise<SubgraphMetrics> {
  const { SubgraphMetrics } = await import('./subgraph-metrics.ts');
  return new SubgraphMetrics();
}

async function openTracing(
  settings: NonNullable<ProcessTelemetry['tracing']>,
  logger: Logger,
): Promise<Tracing<RequestTrace>> {
  const [{ Tracing }, { TracedRequest }, { UnsampledRequest }] = await Promise.all([
    import('@lockstep/runtime/telemetry/tracing.ts'),
    import('@lockstep/runtime/telemetry/traced-request.ts'),
    import('@lockstep/runtime/telemetry/unsampled-request.ts'),
  ]);
  return new Tracing<RequestTrace>(settings, logger, { Sampled: TracedRequest, Unsampled: UnsampledRequest });
}

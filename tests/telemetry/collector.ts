import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import type { Afterwards } from '../harness/graph.ts';
import { until } from '../harness/waiting.ts';

/** A span as a collector receives it, with its attributes as a record. */
export interface Span {
  readonly service: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  readonly name: string;
  /** 1 internal, 2 server, 3 client. */
  readonly kind: number;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly isError: boolean;
  readonly durationMs: number;
  /** Linked spans, as `trace span`. */
  readonly links: readonly string[];
}

/** A data point as a collector receives it. */
export interface Point {
  readonly service: string;
  readonly name: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  /** Value, or number of values of a histogram. */
  readonly value: number;
  /** Numbers of values between the bounds of a histogram. */
  readonly counts: readonly number[];
}

/** A log line as a collector receives it. */
export interface Line {
  readonly service: string;
  readonly body: unknown;
  readonly severity: string;
  readonly traceId: string | undefined;
  readonly spanId: string | undefined;
  readonly flags: number | undefined;
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** A collector in OTLP over HTTP with JSON: https://opentelemetry.io/docs/specs/otlp/#otlphttp */
export interface Collector {
  readonly url: string;
  readonly spans: readonly Span[];
  readonly points: readonly Point[];
  readonly lines: readonly Line[];
  /** Headers of the last request. */
  readonly headers: Readonly<Record<string, unknown>>;
  /** Resolves with the spans of a trace once there are this many. */
  traceOf(traceId: string, count: number): Promise<Span[]>;
  /** Status of its responses: 200 accepts spans; 0 never responds. */
  status: number;
}

interface Attribute {
  readonly key: string;
  readonly value: Readonly<Record<string, unknown>>;
}

interface SentSpan extends Pick<Span, 'traceId' | 'spanId' | 'parentSpanId' | 'name' | 'kind'> {
  readonly attributes: readonly Attribute[];
  readonly status: { readonly code: number };
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly links?: readonly { readonly traceId: string; readonly spanId: string }[];
}

interface Resource {
  readonly attributes: readonly Attribute[];
}

interface SentPoint {
  readonly attributes?: readonly Attribute[];
  readonly asDouble?: number;
  readonly asInt?: number;
  readonly count?: number;
  readonly bucketCounts?: readonly number[];
}

interface SentMetric {
  readonly name: string;
  readonly sum?: { readonly dataPoints: readonly SentPoint[] };
  readonly gauge?: { readonly dataPoints: readonly SentPoint[] };
  readonly histogram?: { readonly dataPoints: readonly SentPoint[] };
}

interface SentLine {
  readonly body: Readonly<Record<string, unknown>>;
  readonly severityText: string;
  readonly traceId?: string;
  readonly spanId?: string;
  readonly flags?: number;
  readonly attributes: readonly Attribute[];
}

interface Sent {
  readonly resourceSpans?: readonly {
    readonly resource: Resource;
    readonly scopeSpans: readonly { readonly spans: readonly SentSpan[] }[];
  }[];
  readonly resourceMetrics?: readonly {
    readonly resource: Resource;
    readonly scopeMetrics: readonly { readonly metrics: readonly SentMetric[] }[];
  }[];
  readonly resourceLogs?: readonly {
    readonly resource: Resource;
    readonly scopeLogs: readonly { readonly logRecords: readonly SentLine[] }[];
  }[];
}

/** Starts a collector that ends with the test. */
export async function startCollector(t: Afterwards, port = 0): Promise<Collector> {
  const spans: Span[] = [];
  const points: Point[] = [];
  const lines: Line[] = [];
  const collector = {
    url: '',
    spans,
    points,
    lines,
    headers: {},
    status: 200,
    traceOf(traceId: string, count: number): Promise<Span[]> {
      const ofTrace = () => spans.filter((span) => span.traceId === traceId);
      return until(ofTrace, (found) => found.length >= count);
    },
  };
  const server = createServer(async (request, response) => {
    const sent = (await json(request)) as Sent;
    if (collector.status === 0) return;
    collector.headers = request.headers;
    if (collector.status === 200 && request.url === '/v1/traces') spans.push(...spansOf(sent));
    if (collector.status === 200 && request.url === '/v1/metrics') points.push(...pointsOf(sent));
    if (collector.status === 200 && request.url === '/v1/logs') lines.push(...linesOf(sent));
    response.writeHead(collector.status, { 'content-type': 'application/json' }).end('{}');
  });
  await once(server.listen(port, '127.0.0.1'), 'listening');
  t.after(() => server.close().closeAllConnections());
  collector.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return collector;
}

function pointsOf({ resourceMetrics = [] }: Sent): Point[] {
  return resourceMetrics.flatMap(({ resource, scopeMetrics }) =>
    scopeMetrics.flatMap(({ metrics }) =>
      metrics.flatMap(({ name, sum, gauge, histogram }) =>
        [...(sum ?? gauge ?? histogram ?? { dataPoints: [] }).dataPoints].map((point) => ({
          service: serviceOf(resource),
          name,
          attributes: recordOf(point.attributes ?? []),
          value: Number(point.asDouble ?? point.asInt ?? point.count),
          counts: (point.bucketCounts ?? []).map(Number),
        })),
      ),
    ),
  );
}

function linesOf({ resourceLogs = [] }: Sent): Line[] {
  return resourceLogs.flatMap(({ resource, scopeLogs }) =>
    scopeLogs.flatMap(({ logRecords }) =>
      logRecords.map(({ body, severityText, traceId, spanId, flags, attributes }) => ({
        service: serviceOf(resource),
        body: Object.values(body)[0],
        severity: severityText,
        traceId: traceId || undefined,
        spanId: spanId || undefined,
        flags,
        attributes: recordOf(attributes),
      })),
    ),
  );
}

function serviceOf({ attributes }: Resource): string {
  return String(recordOf(attributes)['service.name']);
}

function spansOf({ resourceSpans = [] }: Sent): Span[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const service = serviceOf(resource);
    return scopeSpans.flatMap(({ spans }) => spans.map((span) => toSpan(service, span)));
  });
}

function toSpan(
  service: string,
  { attributes, status, links = [], startTimeUnixNano, endTimeUnixNano, ...span }: SentSpan,
): Span {
  return {
    ...span,
    service,
    parentSpanId: span.parentSpanId || undefined,
    attributes: recordOf(attributes),
    isError: status.code === 2,
    durationMs: Number(BigInt(endTimeUnixNano) - BigInt(startTimeUnixNano)) / 1e6,
    links: links.map(({ traceId, spanId }) => `${traceId} ${spanId}`),
  };
}

function recordOf(attributes: readonly Attribute[]): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
}

import { randomFillSync } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { TraceFlags } from '@opentelemetry/api';
import { parseTraceParent, TraceState } from '@opentelemetry/core';
import type { SpanReference } from './call-trace.ts';

/** A span as `traceparent` and `tracestate` tell of it. */
export interface TraceContext extends SpanReference {
  /** Undefined if there is none. */
  readonly traceState: string | undefined;
}

/** Returns the span that a request continues; undefined if it has none that is valid: https://www.w3.org/TR/trace-context/ */
export function readTraceContext({ traceparent, tracestate }: IncomingHttpHeaders): TraceContext | undefined {
  const parent = typeof traceparent === 'string' ? parseTraceParent(traceparent) : null;
  if (!parent) return undefined;
  const traceState = typeof tracestate === 'string' ? new TraceState(tracestate).serialize() : '';
  return { ...parent, traceState: traceState === '' ? undefined : traceState };
}

/** Returns the headers that continue a trace from a span on. */
export function traceHeaders({ traceId, spanId, traceFlags, traceState }: TraceContext): Record<string, string> {
  const traceparent = `00-${traceId}-${spanId}-0${traceFlags}`;
  return traceState === undefined ? { traceparent } : { traceparent, tracestate: traceState };
}

/** Returns true if the trace of a span is sampled. */
export function isSampled({ traceFlags }: SpanReference): boolean {
  return (traceFlags & TraceFlags.SAMPLED) !== 0;
}

/** Returns the context of the first span of a trace. */
export function newContext(isSampled: boolean): TraceContext {
  const traceFlags = isSampled ? TraceFlags.SAMPLED : TraceFlags.NONE;
  return { traceId: randomDigits(32), spanId: randomDigits(16), traceFlags, traceState: undefined };
}

/** Returns the context of a span of the same trace. */
export function childOf({ traceId, traceFlags, traceState }: TraceContext): TraceContext {
  return { traceId, spanId: randomDigits(16), traceFlags: traceFlags & TraceFlags.SAMPLED, traceState };
}

const bytes = Buffer.alloc(4096);
let digits = '';
let taken = 0;

/** Returns random hexadecimal digits. They are made for many ids at a time: for each it would take ten times as long. */
function randomDigits(count: number): string {
  if (taken + count > digits.length) {
    digits = randomFillSync(bytes).toString('hex');
    taken = 0;
  }
  taken += count;
  return digits.slice(taken - count, taken);
}

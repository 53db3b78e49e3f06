import type { CallTiming, FetchTiming, Timeline } from '../../execution/timeline/timeline.ts';

interface Timings {
  readonly durationMs: number;
  readonly planning?: Timeline['planning'];
  readonly fetches: readonly FetchTiming[];
  readonly calls: readonly CallTiming[];
}

/** Time by which a call may seem to end after the one that waited for it, because times are rounded. */
const ROUNDING_MS = 0.05;

/** Time of an operation that one of its parts took. */
interface Share {
  ms: number;
  readonly calls: CallTiming[];
}

/** Returns one sentence on what took the time of an operation, and what went wrong. */
export function summarize(timings: Timings): string {
  const { gateway, planning, bySubgraph } = divide(timings);
  const [subgraph, share] = [...bySubgraph].sort(([, a], [, b]) => b.ms - a.ms)[0] ?? [];
  const total = `${show(timings.durationMs)} ms`;
  const failures = failuresOf(timings);
  const took = (() => {
    if (planning > gateway && planning > (share?.ms ?? 0))
      return `Planning took ${show(planning)} of ${total}, which happens once for an operation`;
    if (subgraph !== undefined && share && share.ms >= gateway)
      return `${subgraph} took ${show(share.ms)} of ${total}, in ${callsOf(share.calls)}`;
    return `The gateway took ${show(gateway)} of ${total}${longestCall(timings)}`;
  })();
  return `${[took, ...failures].join('; ')}.`;
}

/** Divides the time of an operation among those that the answer waited for, from its end to its beginning. */
function divide({ durationMs, planning: planned, calls }: Timings) {
  const bySubgraph = new Map<string, Share>();
  const add = ({ subgraph }: CallTiming, ms: number): Share => {
    const share = bySubgraph.get(subgraph) ?? { ms: 0, calls: [] };
    bySubgraph.set(subgraph, share);
    share.ms += ms;
    return share;
  };
  let gateway = 0;
  let untilMs = durationMs;
  let later: CallTiming | undefined;
  for (const call of [...calls].sort((a, b) => endOf(b, durationMs) - endOf(a, durationMs))) {
    const endMs = endOf(call, durationMs);
    if (endMs > untilMs + ROUNDING_MS) continue; // nothing waited for it
    const pauseMs = Math.max(0, untilMs - endMs);
    if (later?.attempt !== undefined)
      add(later, pauseMs); // the pause before it was sent again
    else gateway += pauseMs;
    add(call, Math.max(0, endMs - call.startMs)).calls.push(call);
    untilMs = call.startMs;
    later = call;
  }
  const planning = Math.min(planned?.durationMs ?? 0, untilMs);
  return { gateway: gateway + untilMs - planning, planning, bySubgraph };
}

function endOf({ startMs, durationMs }: CallTiming, nowMs: number): number {
  return durationMs === undefined ? nowMs : startMs + durationMs;
}

function callsOf(calls: readonly CallTiming[]): string {
  const entities = calls.reduce((sum, call) => sum + (call.entities ?? 0), 0);
  const number = calls.length === 1 ? '1 call' : `${calls.length} calls`;
  return entities === 0 ? number : `${number} for ${entities === 1 ? '1 entity' : `${entities} entities`}`;
}

function longestCall({ calls, fetches }: Timings): string {
  const [longest] = [...calls].sort((a, b) => (b.durationMs ?? 0) - (a.durationMs ?? 0));
  if (longest) return `; the longest call, to ${longest.subgraph}, took ${show(longest.durationMs ?? 0)} ms`;
  if (fetches.some(({ cache }) => cache?.hit)) return ', with data from the response cache';
  return fetches.length === 0 ? ', without a call' : '';
}

function failuresOf({ fetches, calls }: Timings): string[] {
  const failures = fetches.flatMap(({ fetch, subgraph, failure }) => {
    if (failure === undefined) return [];
    const wasCalled = calls.some((call) => call.subgraph === subgraph && call.fetches.includes(fetch));
    const isRefused = !wasCalled && failure === 'SUBGRAPH_UNAVAILABLE';
    return isRefused
      ? `${subgraph} was not called, because its circuit breaker is open`
      : `${subgraph} failed with ${failure}`;
  });
  const resent = calls.filter(({ attempt }) => attempt !== undefined).map(({ subgraph }) => subgraph);
  const retries = [...new Set(resent)].map((subgraph) => {
    const times = resent.filter((other) => other === subgraph).length;
    return `a call to ${subgraph} was repeated ${times === 1 ? 'once' : `${times} times`}`;
  });
  return [...new Set(failures), ...retries];
}

/** Returns a number with one decimal, or two if it is below 1. */
function show(ms: number): string {
  return ms.toFixed(ms < 1 ? 2 : 1);
}

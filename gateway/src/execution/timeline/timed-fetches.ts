import type { FetchRequest } from '../fetching/fetch-request.ts';
import type { CallTiming, FetchTiming, Timeline } from './timeline.ts';

interface TimedFetch {
  readonly timing: FetchTiming;
  readonly timeline: Timeline;
}

/** How a call ends. */
type CallEnd = Parameters<Timeline['endCall']>[1];

/** Fetches that one call is made for, as far as their operations are timed. */
export class TimedFetches {
  readonly #fetches: readonly TimedFetch[];
  /** Number of all fetches that the call is made for. */
  readonly #count: number;

  private constructor(fetches: readonly TimedFetch[], count: number) {
    this.#fetches = fetches;
    this.#count = count;
  }

  static of(timing: FetchTiming | undefined, timeline: Timeline): TimedFetches | undefined {
    return timing && new TimedFetches([{ timing, timeline }], 1);
  }

  /** Returns those of the fetches of one call, which each have their own. */
  static joint(all: readonly { readonly timed?: TimedFetches | undefined }[]): TimedFetches | undefined {
    const fetches = all.flatMap(({ timed }) => (timed ? timed.#fetches : []));
    return fetches.length > 0 ? new TimedFetches(fetches, all.length) : undefined;
  }

  /** Adds the number of entities, or of root fetches, that were found in the response cache, or not, by result. */
  noteCache(counts: Readonly<Record<string, number>>): void {
    for (const { timing } of this.#fetches) {
      timing.cache ??= {};
      for (const [result, count] of Object.entries(counts)) {
        if (count > 0) timing.cache[result] = (timing.cache[result] ?? 0) + count;
      }
    }
  }

  /**
   * Notes a call that begins now, or that another operation has begun. Returns the function that notes its end.
   *
   * @param resends number of earlier attempts
   */
  startCall(request: FetchRequest, resends = 0, isShared = false): (end: CallEnd) => void {
    const { constants, representations } = request;
    const common = {
      subgraph: constants.subgraph,
      ...(representations && { entities: representations.length }),
      ...(resends > 0 && { attempt: resends + 1 }),
      ...(isShared && { isShared }),
      requestBytes: Buffer.byteLength(request.toBody()),
    };
    const calls = [...this.#byTimeline()].map(([timeline, fetches]) => {
      const others = this.#count - fetches.length;
      return { timeline, call: timeline.startCall({ ...common, fetches, ...(others > 0 && { others }) }) };
    });
    return (end) => {
      for (const { timeline, call } of calls) if (call) timeline.endCall(call, end);
    };
  }

  #byTimeline(): Map<Timeline, CallTiming['fetches']> {
    const numbers = new Map<Timeline, number[]>();
    for (const { timing, timeline } of this.#fetches) {
      const own = numbers.get(timeline);
      if (own) own.push(timing.fetch);
      else numbers.set(timeline, [timing.fetch]);
    }
    return numbers;
  }
}

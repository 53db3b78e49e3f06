import type { FetchRequest } from '../execution/fetching/fetch-request.ts';
import type { CallContext } from './call-context.ts';

/** Fetch of one operation. */
interface Fetch {
  readonly request: FetchRequest;
  readonly context: CallContext;
  reject(reason: unknown): void;
}

/** Maximum number of representations in a call for several fetches; a fetch that has more is a call of its own. */
const MAX_REPRESENTATIONS = 1000;

/**
 * Splits fetches of one document into batches, in the order they came, as many together as the bound allows. Rejects those
 * that have ended.
 */
export function inBatches<Waiting extends Fetch>(waiting: readonly Waiting[]): Waiting[][] {
  const batches: Waiting[][] = [];
  let size = Number.POSITIVE_INFINITY;
  for (const one of waiting) {
    const { signal } = one.context;
    if (signal.aborted) {
      one.reject(signal.reason);
      continue;
    }
    const length = one.request.representations?.length ?? 0;
    if (size + length > MAX_REPRESENTATIONS) {
      batches.push([]);
      size = 0;
    }
    batches.at(-1)?.push(one);
    size += length;
  }
  return batches;
}

interface JointCall<Batch> {
  readonly batches: Batch[];
  size: number;
}

/**
 * Puts batches together that can be one call: of one group, with equal headers, and each of another document, so that a group
 * has few merged documents. Fetches of different operations are put together only if `joinsOperations` is set.
 */
export function jointCalls<Waiting extends Fetch>(
  batches: readonly Waiting[][],
  joinsOperations: boolean,
): readonly (readonly Waiting[][])[] {
  const calls: JointCall<Waiting[]>[] = [];
  const ofGroup = new Map<string, JointCall<Waiting[]>[]>();
  /** Number of batches of a document so far. */
  const counts = new Map<string, number>();
  for (const batch of batches) {
    const [first] = batch;
    const part = first?.request.constants.part;
    if (!first || !part) {
      calls.push({ batches: [batch], size: 0 });
      continue;
    }
    const size = batch.reduce((sum, { request }) => sum + (request.representations?.length ?? 0), 0);
    const call = { batches: [batch], size };
    const { request, context } = first;
    const key = `${part.group.number} ${joinsOperations ? '' : request.execution} ${context.headers.identity}`;
    const known = ofGroup.get(key) ?? [];
    ofGroup.set(key, known);
    const countKey = `${part.number} ${key}`;
    const count = counts.get(countKey) ?? 0;
    counts.set(countKey, count + 1);
    const other = known[count];
    if (other && other.size + size <= MAX_REPRESENTATIONS) {
      other.batches.push(batch);
      other.size += size;
    } else {
      calls.push(call);
      if (!other) known.push(call);
    }
  }
  return calls.map(({ batches: joined }) => joined.sort(byPart));
}

/** Orders batches by their documents, so that the same documents make the same merged one. */
function byPart([one]: readonly Fetch[], [other]: readonly Fetch[]): number {
  return (one?.request.constants.part?.number ?? 0) - (other?.request.constants.part?.number ?? 0);
}

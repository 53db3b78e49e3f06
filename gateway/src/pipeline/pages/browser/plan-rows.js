// @ts-check
// The explorer loads this file as it is, and `npm run plan` imports it: so it is JavaScript, without a dependency.
// Over 200 lines, because the explorer would have to load each further file by a request of its own.

/**
 * @import { PlanReport, ReportedFetch, ReportedNode } from '../../responses/plan-report.ts'
 * @import { CallTiming, FetchTiming } from '../../../execution/timeline/timeline.ts'
 */

/**
 * A line of a plan with its timings.
 *
 * @typedef {object} Row
 * @property {number} depth number of nodes above it
 * @property {'planning' | 'node' | 'fetch' | 'call'} kind
 * @property {string} label
 * @property {number} [startMs] undefined if there is nothing to time
 * @property {number} [durationMs] undefined if it had not ended
 * @property {string} note
 * @property {string} [operation] document that is sent
 * @property {boolean} hasFailed
 */

/**
 * Returns the rows of a plan: planning, then its nodes in their order, with the calls below the fetches that they were made for.
 *
 * @param {PlanReport} report
 * @returns {Row[]}
 */
export function planRows(report) {
  /** @type {Row[]} */
  const planning = report.planning
    ? [{ depth: 0, kind: 'planning', label: 'planning', ...report.planning, note: '', hasFailed: false }]
    : [];
  const { node } = report.object;
  return [...planning, ...(node ? rowsOf(node, { report, depth: 0, path: '' }) : [])];
}

/**
 * @typedef {object} Place
 * @property {PlanReport} report
 * @property {number} depth
 * @property {string} path
 */

/**
 * @param {ReportedNode} node
 * @param {Place} place
 * @returns {Row[]}
 */
function rowsOf(node, place) {
  const below = { ...place, depth: place.depth + 1 };
  switch (node.kind) {
    case 'Sequence':
    case 'Parallel': {
      const label = node.kind === 'Sequence' ? 'one after the other' : 'at the same time';
      return [rowOf(place, label), ...node.nodes.flatMap((child) => rowsOf(child, below))];
    }
    case 'Flatten':
      return rowsOf(node.node, { ...place, path: [place.path, ...node.path].filter((key) => key !== '').join('.') });
    case 'Condition':
      return [
        ...(node.ifClause ? [rowOf(place, `if $${node.condition}`), ...rowsOf(node.ifClause, below)] : []),
        ...(node.elseClause ? [rowOf(place, `if not $${node.condition}`), ...rowsOf(node.elseClause, below)] : []),
      ];
    case 'Fetch':
      return fetchRows(node, place);
  }
}

/**
 * @param {Place} place
 * @param {string} label
 * @returns {Row}
 */
function rowOf({ depth }, label) {
  return { depth, kind: 'node', label, note: '', hasFailed: false };
}

/**
 * @param {ReportedFetch} node
 * @param {Place} place
 * @returns {Row[]}
 */
function fetchRows({ fetch, serviceName, operation }, { report, depth, path }) {
  const timings = report.fetches.filter((one) => one.fetch === fetch);
  const calls = report.calls.filter(({ fetches }) => fetches.includes(fetch));
  const label = path === '' ? serviceName : `${serviceName}, at ${path}`;
  const hasFailed = timings.some(({ failure, errors }) => failure !== undefined || errors !== undefined);
  const [only] = calls;
  const isOne = only !== undefined && calls.length === 1;
  const notes = [...fetchNotes(timings), ...(isOne ? callNotes(only, fetch, false) : [])];
  const hasMissed = timings.some(({ cache }) => cache?.miss);
  if (hasMissed && calls.some((call) => call.status === 200 && call.cacheControl === undefined))
    notes.push('no cache-control');
  const note = timings.length === 0 ? 'not needed' : notes.join(', ');
  /** @type {Row} */
  const row = { depth, kind: 'fetch', label, ...spanOf(timings), note, operation, hasFailed };
  return [row, ...(isOne ? [] : calls.map((call) => callRow(call, fetch, depth + 1)))];
}

/**
 * @param {CallTiming} call
 * @param {number} fetch
 * @param {number} depth
 * @returns {Row}
 */
function callRow(call, fetch, depth) {
  const { subgraph, startMs, durationMs, attempt = 1, failure, status = 200 } = call;
  const label = attempt === 1 ? `call to ${subgraph}` : `attempt ${attempt}`;
  const hasFailed = failure !== undefined || status >= 400;
  return {
    ...{ depth, kind: 'call', label, startMs, note: callNotes(call, fetch, true).join(', '), hasFailed },
    ...(durationMs !== undefined && { durationMs }),
  };
}

/**
 * Returns the time from the first beginning to the last end.
 *
 * @param {FetchTiming[]} timings
 */
function spanOf(timings) {
  if (timings.length === 0) return {};
  const startMs = Math.min(...timings.map((timing) => timing.startMs));
  const ends = timings.map((timing) => timing.startMs + (timing.durationMs ?? 0));
  return { startMs, durationMs: Math.max(...ends) - startMs };
}

/**
 * @param {FetchTiming[]} timings
 * @returns {string[]}
 */
function fetchNotes(timings) {
  const failures = timings.flatMap(({ failure }) => failure ?? []);
  const errors = sum(timings, ({ errors: count = 0 }) => count);
  const entities = sum(timings, ({ entities: count = 0 }) => count);
  const stale = sum(timings, ({ cache }) => cache?.stale ?? 0);
  const cached = stale + sum(timings, ({ cache }) => cache?.hit ?? 0);
  const lookedUp = cached + sum(timings, ({ cache }) => cache?.miss ?? 0);
  return [
    ...(failures.length > 0 ? [`failed: ${[...new Set(failures)].join(' ')}`] : []),
    ...(errors > 0 ? [count(errors, 'error', 'errors')] : []),
    ...(entities > 0 ? [count(entities, 'entity', 'entities')] : []),
    ...(lookedUp > 0 ? [`${cached} of ${lookedUp} from the cache${stale > 0 ? `, ${stale} of them stale` : ''}`] : []),
    ...(timings.some(({ isRepeated }) => isRepeated) ? ['had the answer of an equal fetch'] : []),
  ];
}

/**
 * @param {CallTiming} call
 * @param {number} fetch the one that the row is about
 * @param {boolean} withEntities if the row of the fetch doesn't tell how many it asked for
 * @returns {string[]}
 */
function callNotes(
  { fetches, others, isShared, entities, status, failure, requestBytes, replyBytes, cacheControl },
  fetch,
  withEntities,
) {
  const merged = new Set(fetches.filter((other) => other !== fetch)).size;
  return [
    ...(failure === undefined ? [] : [failure]),
    ...(status === undefined || status === 200 ? [] : [`status ${status}`]),
    ...(withEntities && entities !== undefined ? [count(entities, 'entity', 'entities')] : []),
    ...(merged > 0 ? [`one call with ${count(merged, 'other fetch', 'other fetches')}`] : []),
    ...(others ? [`with ${count(others, 'fetch', 'fetches')} of other operations`] : []),
    ...(isShared ? ["shares another operation's call"] : []),
    `${showBytes(requestBytes)} sent`,
    ...(replyBytes === undefined ? [] : [`${showBytes(replyBytes)} received`]),
    ...(cacheControl === undefined ? [] : [`cache-control: ${cacheControl}`]),
  ];
}

/**
 * @param {number} bytes
 * @returns {string}
 */
function showBytes(bytes) {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1_000_000 ? `${(bytes / 1000).toFixed(1)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

/**
 * @param {number} number
 * @param {string} one
 * @param {string} many
 * @returns {string}
 */
function count(number, one, many) {
  return `${number} ${number === 1 ? one : many}`;
}

/**
 * @template Item
 * @param {Item[]} items
 * @param {(item: Item) => number} numberOf
 * @returns {number}
 */
function sum(items, numberOf) {
  return items.reduce((total, item) => total + numberOf(item), 0);
}

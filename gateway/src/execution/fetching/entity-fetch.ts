import type { FetchNode } from '@apollo/query-planner';
import type { JsonRecord } from '@lockstep/runtime/json-record.ts';
import { AnswerTooLargeError } from '../answer-budget.ts';
import type { GroupMember } from './call-groups.ts';
import { groupByContext } from './context-arguments.ts';
import { ContextFetch } from './context-fetch.ts';
import { type EntityCall, failEntities, takeEntities } from './entity-answer.ts';
import { type FetchOptions, type FetchParts, fetchParts, type Step } from './fetch.ts';
import { FetchRequest } from './fetch-request.ts';
import { fetchWithout } from './partial-fetch.ts';
import { objectsAt, type Path, visitPlaces } from './places.ts';
import type { PlanExecution } from './plan-execution.ts';
import { compileRepresentation, type Representer } from './representations.ts';
import { gather } from './waiting.ts';
import type { UnselectedKeys } from './wanted-keys.ts';

/** Compiles an entity fetch. Each distinct entity is requested once, for every object that waits for it. */
export function compileEntityFetch(fetch: FetchNode, path: readonly string[], options: FetchOptions): Step {
  const unwantedOf = options.unwantedOf(fetch, path);
  if (unwantedOf) return compileVariousEntities(fetch, path, options, unwantedOf);
  const member = options.members.get(fetch);
  const parts = fetchParts(fetch, path, options, member);
  const representer = compileRepresentation(fetch, options.types, options.conditionalKeys);
  const { contextRewrites } = fetch;
  if (!contextRewrites?.length) {
    return async (execution) => {
      const objects = objectsAt(execution.data, path, execution.budget);
      const call = prepare(parts, representer, execution, { objects });
      if (member) await sendTogether(call ? [call] : [], execution, member);
      else if (call) await send(call);
    };
  }
  const contextFetch = new ContextFetch(fetch, path, options, member);
  return async (execution) => {
    const groups = groupByContext(execution, path, contextRewrites, options.types, options.conditionalKeys);
    const calls = groups.flatMap((group) => {
      if (group.lacking.size > 0) contextFetch.markLacking(group, execution);
      const part = group.lacking.size === 0 ? parts : contextFetch.partsFor(group);
      return (
        (part && prepare(part, representer, execution, { objects: group.entities, contextValues: group.values })) ?? []
      );
    });
    await sendTogether(calls, execution, member);
  };
}

/** Objects on which the client selects the same keys of the fetch, and their places. */
interface Group {
  readonly objects: JsonRecord[];
  readonly places: Map<JsonRecord, Path[]>;
}

/** Maximum number of partial fetches kept, keyed by the selections they leave out. */
const MAX_PARTS = 100;

/** Compiles a fetch whose entities don't all need the same selections: one call for each set of unselected keys. */
function compileVariousEntities(
  fetch: FetchNode,
  path: readonly string[],
  options: FetchOptions,
  unwantedOf: UnselectedKeys,
): Step {
  const member = options.members.get(fetch);
  const representer = compileRepresentation(fetch, options.types, options.conditionalKeys);
  const known = new Map<string, FetchParts | undefined>();
  let bytes = 0;
  const partsWithout = (unwanted: string): FetchParts | undefined => {
    if (known.has(unwanted)) return known.get(unwanted);
    const before = options.held.bytes;
    const part = unwanted === '' ? fetch : fetchWithout(fetch, new Set(unwanted.split(',')));
    const parts = part && fetchParts(part, path, options, member);
    const added = options.held.bytes - before;
    if (known.size >= MAX_PARTS) {
      known.clear();
      options.held.add(-bytes);
      bytes = 0;
    }
    known.set(unwanted, parts);
    bytes += added;
    return parts;
  };
  return async (execution) => {
    const calls = [...groupBy(unwantedOf, execution, path)].flatMap(([unwanted, group]) => {
      const parts = partsWithout(unwanted);
      return (parts && prepare(parts, representer, execution, group)) ?? [];
    });
    await sendTogether(calls, execution, member);
  };
}

function groupBy(
  unwantedOf: UnselectedKeys,
  { data, budget }: Pick<PlanExecution, 'data' | 'budget'>,
  path: readonly string[],
): Map<string, Group> {
  const groups = new Map<string, Group>();
  visitPlaces(data, path, (object, place, ancestors) => {
    budget.take(1);
    const unwanted = unwantedOf(object, ancestors);
    const group = groups.get(unwanted) ?? { objects: [], places: new Map<JsonRecord, Path[]>() };
    groups.set(unwanted, group);
    group.objects.push(object);
    const places = group.places.get(object) ?? [];
    group.places.set(object, places);
    places.push([...place]);
  });
  return groups;
}

/** Objects of one call of a fetch that may take several. */
interface Batch {
  readonly objects: readonly JsonRecord[];
  readonly places?: ReadonlyMap<JsonRecord, readonly Path[]>;
  readonly contextValues?: Readonly<Record<string, unknown>>;
}

/** Call with its request. */
interface PreparedCall extends EntityCall {
  readonly request: FetchRequest;
}

/** Returns the call that fetches some entities; undefined if none of the objects waits for one. */
function prepare(
  parts: FetchParts,
  representer: Representer,
  execution: PlanExecution,
  { objects, places, contextValues }: Batch,
): PreparedCall | undefined {
  const waiting = gather(objects, representer, parts.keys);
  if (waiting.representations.length === 0) return undefined;
  const own = parts.variables(execution);
  const variables = contextValues ? { ...own, ...contextValues } : own;
  const request = new FetchRequest(parts.constants, variables, waiting.representations, execution.number);
  return { parts, execution, waiting, places, request };
}

/** Sends the calls of one fetch, if it has any, when the others of its group are ready or won't be soon. */
async function sendTogether(
  calls: readonly PreparedCall[],
  execution: PlanExecution,
  member: GroupMember | undefined,
): Promise<void> {
  if (member) {
    const gathering = execution.gathering(member.group);
    if (calls.length === 0) gathering.leave();
    else await gathering.join(expectedWaitMs(member, execution));
  }
  if (!execution.isAbandoned) await Promise.all(calls.map(send));
}

/** Returns the time that the calls before the last fetch of the group are likely to take, by that of the calls so far. */
function expectedWaitMs({ group, level }: GroupMember, { startedAt }: PlanExecution): number {
  const callMs = (performance.now() - startedAt) / Math.max(level, 1);
  return callMs * (group.level - level + 1);
}

async function send(call: PreparedCall): Promise<void> {
  const { parts, execution, request } = call;
  try {
    const answer = await parts.call(execution, request);
    execution.budget.checkReplies();
    takeEntities(call, answer);
  } catch (error) {
    if (error instanceof AnswerTooLargeError) throw error;
    failEntities(call, error);
  }
}

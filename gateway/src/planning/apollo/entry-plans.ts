import type { FetchNode, PlanNode, QueryPlan } from '@apollo/query-planner';
import { type KeyTree, keyTree, parseFetchOperation, renamedKeys } from '../plan/fetch-documents.ts';
import { fetchesOf, replaceFetches } from '../plan/plan-nodes.ts';
import { keysIn } from './context-source.ts';
import { ENTRY } from './interface-object-entries.ts';
import type { InterfaceObject } from './interface-objects.ts';

/** Plan of what is selected on objects of one type, as if they were the value of a root field. */
export interface EntryPlan {
  /** Place of the objects, with `@` for each item of a list. */
  readonly path: readonly string[];
  readonly typeName: string;
  readonly plan: QueryPlan;
}

/** Adds the plans of entries to the plan of the rest: each as soon as the objects that it is about are there. */
export function addEntryPlans(
  rest: QueryPlan,
  entries: readonly EntryPlan[],
  interfaces: readonly InterfaceObject[],
): QueryPlan {
  const { node } = rest;
  if (!node || node.kind === 'Subscription') return rest;
  const keys = ['__typename', ...interfaces.flatMap(({ key }) => [...keyTree(key, (name) => name).keys()])];
  const byPlace = new Map<string, { path: readonly string[]; nodes: PlanNode[] }>();
  for (const { path, typeName, plan } of entries) {
    const place = byPlace.get(path.join('.')) ?? { path, nodes: [] };
    byPlace.set(path.join('.'), place);
    if (plan.node && plan.node.kind !== 'Subscription') place.nodes.push(...moved(plan.node, path, typeName));
  }
  // What is above comes first: its plan may bring the objects below.
  const places = [...byPlace.values()].sort((one, other) => one.path.length - other.path.length);
  const whole = places.reduce<PlanNode>(
    (known, { path, nodes }) =>
      nodes.length > 0 ? insert(known, parallel(nodes), { path: keysIn(path), keys }) : known,
    node,
  );
  return { kind: 'QueryPlan', node: whole };
}

/** Returns the plan of an entry at its place: without the fetch of the root field that stands for the objects. */
function moved(node: PlanNode, path: readonly string[], typeName: string): PlanNode[] {
  switch (node.kind) {
    case 'Sequence':
    case 'Parallel': {
      const nodes = node.nodes.flatMap((child) => moved(child, path, typeName));
      return nodes.length > 0 ? [{ ...node, nodes }] : [];
    }
    case 'Condition': {
      const [ifClause] = node.ifClause ? moved(node.ifClause, path, typeName) : [];
      const [elseClause] = node.elseClause ? moved(node.elseClause, path, typeName) : [];
      if (!ifClause && !elseClause) return [];
      return [
        {
          kind: 'Condition',
          condition: node.condition,
          ...(ifClause && { ifClause }),
          ...(elseClause && { elseClause }),
        },
      ];
    }
    case 'Flatten':
      return [
        {
          ...node,
          path: [...path, ...node.path.slice(1)],
          node: node.path.length === 1 ? replaceFetches(node.node, (fetch) => narrowed(fetch, typeName)) : node.node,
        },
      ];
    case 'Fetch':
      if (node.serviceName.startsWith(ENTRY)) return [];
      throw new Error(`a fetch from "${node.serviceName}" at the root of an entry`);
    default:
      throw new Error(`a plan of an entry with ${node.kind}`);
  }
}

/** Asks for objects of the entry's type only: the planner may ask for all behind the interface. */
function narrowed(fetch: FetchNode, typeName: string): FetchNode {
  const requires = fetch.requires?.map((selection) =>
    selection.kind === 'InlineFragment' ? { ...selection, typeCondition: typeName } : selection,
  );
  return { ...fetch, ...(requires && { requires }) };
}

interface Place {
  /** Keys that lead there, without list items. */
  readonly path: readonly string[];
  /** Keys of the objects there without which nothing can be fetched for them. */
  readonly keys: readonly string[];
}

/** Runs a node after those that bring the objects at a place, and beside the others. */
function insert(node: PlanNode, added: PlanNode, place: Place): PlanNode {
  if (node.kind === 'Parallel') {
    const needed = node.nodes.filter((child) => brings(child, place));
    const others = node.nodes.filter((child) => !needed.includes(child));
    const [only] = needed;
    const inserted = only && needed.length === 1 ? insert(only, added, place) : sequence([parallel(needed), added]);
    return parallel([inserted, ...others]);
  }
  if (node.kind === 'Sequence') {
    const last = node.nodes.findLastIndex((child) => brings(child, place));
    const [before, rest] = [node.nodes.slice(0, last), node.nodes.slice(last + 1)];
    const child = node.nodes[last];
    if (!child) return sequence([node, added]);
    if (rest.length === 0) return sequence([...before, insert(child, added, place)]);
    return sequence([...before, child, parallel([sequence(rest), added])]);
  }
  return sequence([node, added]);
}

/** Returns true if a node fetches objects that lead to a place, or what must be known of those that are there. */
function brings(node: PlanNode, { path, keys }: Place): boolean {
  return [...fetchesOf(node)].some(({ fetch, path: from }) => {
    const names = keysIn(from);
    if (names.length > path.length || names.some((name, index) => name !== path[index])) return false;
    const tree = keyTree(parseFetchOperation(fetch.operation).selectionSet, renamedKeys(fetch.outputRewrites));
    const brought: KeyTree = (fetch.requires ? tree.get('_entities') : tree) ?? new Map();
    const next = path[names.length];
    return next === undefined ? keys.some((key) => brought.has(key)) : brought.has(next);
  });
}

function sequence(nodes: readonly PlanNode[]): PlanNode {
  return joined('Sequence', nodes);
}

function parallel(nodes: readonly PlanNode[]): PlanNode {
  return joined('Parallel', nodes);
}

function joined(kind: 'Sequence' | 'Parallel', nodes: readonly PlanNode[]): PlanNode {
  const flat = nodes.flatMap((node) => (node.kind === kind ? node.nodes : [node]));
  const [only] = flat;
  return only && flat.length === 1 ? only : { kind, nodes: flat };
}

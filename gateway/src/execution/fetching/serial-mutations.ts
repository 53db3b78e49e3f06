import type { FetchNode, PlanNode } from '@apollo/query-planner';
import { Kind, type SelectionNode } from 'graphql';
import { parseFetchOperation, withOperation } from '../../planning/plan/fetch-documents.ts';
import { fetchesOf } from '../../planning/plan/plan-nodes.ts';

/**
 * Splits the mutation fetches of a plan so that everything below a mutation is fetched before the next one runs.
 *
 * Apollo's planner makes one fetch of neighbouring mutations of one subgraph, followed by the fetches below all of them:
 * what other subgraphs return below the first is then read after the last has run. One fetch for neighbours is kept if
 * nothing below the earlier ones is fetched elsewhere. `@apollo/gateway` 2.14 answers the same operations wrongly.
 * https://spec.graphql.org/October2021/#sec-Mutation
 */
export function serializeMutations(node: PlanNode): PlanNode {
  switch (node.kind) {
    case 'Sequence':
      return { ...node, nodes: groupsOf(node.nodes).flatMap(serializeGroup) };
    case 'Condition':
      return {
        ...node,
        ...(node.ifClause && { ifClause: serializeMutations(node.ifClause) }),
        ...(node.elseClause && { elseClause: serializeMutations(node.elseClause) }),
      };
    default:
      return node;
  }
}

/** Nodes of a sequence from one mutation to the next. */
function groupsOf(nodes: readonly PlanNode[]): [PlanNode, ...PlanNode[]][] {
  const groups: [PlanNode, ...PlanNode[]][] = [];
  for (const node of nodes) {
    const group = groups.at(-1);
    if (group && !hasMutation(node)) group.push(node);
    else groups.push([node]);
  }
  return groups;
}

function isMutation({ operationKind }: FetchNode): boolean {
  return operationKind === 'mutation';
}

function hasMutation(node: PlanNode): boolean {
  return [...fetchesOf(node)].some(({ fetch }) => isMutation(fetch));
}

function serializeGroup([first, ...followers]: [PlanNode, ...PlanNode[]]): PlanNode[] {
  if (first.kind !== 'Fetch' || !isMutation(first)) return [serializeMutations(first), ...followers];
  const parts = splitAfter(first, rootKeysOf(followers));
  if (parts.length === 1) return [first, ...followers];
  return parts.flatMap(({ fetch, last }) => {
    const below = followers.flatMap((node) => nodesBelow(node, last.key));
    return [fetch, ...(last.isOnly ? below : below.map((node) => under(last.selection, node)))];
  });
}

/** Response keys of the mutations below which something is fetched. */
function rootKeysOf(followers: readonly PlanNode[]): Set<string | undefined> {
  return new Set(followers.flatMap((node) => [...fetchesOf(node)].map(({ path: [key] }) => key)));
}

/** One root field of a mutation fetch. */
interface RootField {
  readonly key: string;
  /** The field, inside the fragments that it is selected in. */
  readonly selection: SelectionNode;
  /** False if the fetch selects the field in several places, which then have conditions that exclude each other. */
  readonly isOnly: boolean;
}

interface MutationPart {
  readonly fetch: FetchNode;
  readonly last: RootField;
}

/** Splits a mutation fetch after each root field that is one of the keys. */
function splitAfter(fetch: FetchNode, keys: ReadonlySet<string | undefined>): MutationPart[] {
  const operation = parseFetchOperation(fetch.operation);
  const parts: RootField[][] = [];
  const fields = rootFieldsOf(operation.selectionSet.selections);
  for (const [index, field] of fields.entries()) {
    const previous = fields[index - 1];
    if (!previous || keys.has(previous.key)) parts.push([]);
    parts.at(-1)?.push(field);
  }
  return parts.flatMap((part) => {
    const last = part.at(-1);
    const selectionSet = { ...operation.selectionSet, selections: part.map(({ selection }) => selection) };
    return last ? [{ fetch: withOperation(fetch, { ...operation, selectionSet }), last }] : [];
  });
}

function rootFieldsOf(selections: readonly SelectionNode[]): RootField[] {
  const fields = [...fieldsIn(selections)];
  return fields.map((field) => ({ ...field, isOnly: fields.filter(({ key }) => key === field.key).length === 1 }));
}

function* fieldsIn(selections: readonly SelectionNode[]): Generator<Omit<RootField, 'isOnly'>, void> {
  for (const selection of selections) {
    if (selection.kind === Kind.FIELD) yield { key: (selection.alias ?? selection.name).value, selection };
    if (selection.kind !== Kind.INLINE_FRAGMENT) continue;
    for (const { key, selection: field } of fieldsIn(selection.selectionSet.selections)) {
      yield { key, selection: { ...selection, selectionSet: { ...selection.selectionSet, selections: [field] } } };
    }
  }
}

/** Returns a node that runs under the conditions of a root field. */
function under(selection: SelectionNode, node: PlanNode): PlanNode {
  const [inner] = selection.kind === Kind.INLINE_FRAGMENT ? selection.selectionSet.selections : [];
  return (selection.directives ?? []).reduce(
    (below, { name, arguments: given }): PlanNode => {
      const value = given?.[0]?.value;
      if (value?.kind !== Kind.VARIABLE) return below;
      const condition = value.name.value;
      return { kind: 'Condition', condition, [name.value === 'include' ? 'ifClause' : 'elseClause']: below };
    },
    inner ? under(inner, node) : node,
  );
}

/** Returns the part of a node that fetches below one root field. */
function nodesBelow(node: PlanNode, key: string): PlanNode[] {
  switch (node.kind) {
    case 'Sequence':
    case 'Parallel': {
      const nodes = node.nodes.flatMap((child) => nodesBelow(child, key));
      return nodes.length === 0 ? [] : [{ ...node, nodes }];
    }
    case 'Flatten':
      return node.path[0] === key ? [node] : [];
    case 'Condition': {
      const [ifClause] = node.ifClause ? nodesBelow(node.ifClause, key) : [];
      const [elseClause] = node.elseClause ? nodesBelow(node.elseClause, key) : [];
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
    default:
      return [];
  }
}

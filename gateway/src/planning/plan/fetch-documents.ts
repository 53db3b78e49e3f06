import type { FetchDataRewrite, FetchNode } from '@apollo/query-planner';
import {
  type DocumentNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  parse,
  print,
  type SelectionNode,
  type SelectionSetNode,
  stripIgnoredCharacters,
  visit,
} from 'graphql';

/** Parses the operation of a fetch, with its fragments inlined. */
export function parseFetchOperation(text: string): OperationDefinitionNode {
  const document = parse(text, { noLocation: true });
  const operation = document.definitions.find((node) => node.kind === Kind.OPERATION_DEFINITION);
  if (!operation) throw new Error('a fetch without an operation');
  return { ...operation, selectionSet: inlined(operation.selectionSet, fragmentsOf(document)) };
}

function fragmentsOf(document: DocumentNode): Map<string, FragmentDefinitionNode> {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const node of document.definitions)
    if (node.kind === Kind.FRAGMENT_DEFINITION) fragments.set(node.name.value, node);
  return fragments;
}

function inlined(
  selectionSet: SelectionSetNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): SelectionSetNode {
  return {
    ...selectionSet,
    selections: selectionSet.selections.map((selection) => inlineSelection(selection, fragments)),
  };
}

function inlineSelection(
  selection: SelectionNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): SelectionNode {
  if (selection.kind !== Kind.FRAGMENT_SPREAD) {
    return selection.selectionSet
      ? { ...selection, selectionSet: inlined(selection.selectionSet, fragments) }
      : selection;
  }
  const fragment = fragments.get(selection.name.value);
  if (!fragment) throw new Error(`a fetch without its fragment ${selection.name.value}`);
  return {
    kind: Kind.INLINE_FRAGMENT,
    typeCondition: fragment.typeCondition,
    ...(selection.directives && { directives: selection.directives }),
    selectionSet: inlined(fragment.selectionSet, fragments),
  };
}

/** Returns the fetch with another operation, and only the variables that this one uses. */
export function withOperation(fetch: FetchNode, operation: OperationDefinitionNode): FetchNode {
  const used = new Set<string>();
  visit(operation.selectionSet, { Variable: ({ name }) => void used.add(name.value) });
  const variableDefinitions = operation.variableDefinitions?.filter(({ variable }) => used.has(variable.name.value));
  const document = { ...operation, ...(variableDefinitions && { variableDefinitions }) };
  const variableUsages = fetch.variableUsages?.filter((name) => used.has(name));
  return {
    ...fetch,
    operation: stripIgnoredCharacters(print(document)),
    ...(variableUsages && { variableUsages }),
  };
}

/** Response keys of a fetch on all types: what it fills in, or leaves open if it fails. */
export interface KeyTree extends Map<string, KeyTree> {}

/** @param renamed returns the plan's name for a key of the fetch */
export function keyTree(
  selectionSet: SelectionSetNode | undefined,
  renamed: (key: string) => string,
  tree: KeyTree = new Map(),
): KeyTree {
  for (const selection of selectionSet?.selections ?? []) {
    if (selection.kind === Kind.FIELD) {
      const key = renamed(selection.alias?.value ?? selection.name.value);
      tree.set(key, keyTree(selection.selectionSet, renamed, tree.get(key)));
    } else if (selection.kind === Kind.INLINE_FRAGMENT) {
      keyTree(selection.selectionSet, renamed, tree);
    }
  }
  return tree;
}

/** Returns a function from a response key of the fetch to the name that the plan uses for it. */
export function renamedKeys(rewrites: readonly FetchDataRewrite[] | undefined): (key: string) => string {
  const names = new Map<string, string>();
  for (const rewrite of rewrites ?? []) {
    if (rewrite.kind === 'KeyRenamer') names.set(rewrite.path.at(-1) ?? '', rewrite.renameKeyTo);
  }
  return (key) => names.get(key) ?? key;
}

/** Returns the response keys that a fetch selects under `@skip` or `@include`. */
export function conditionalKeys(
  selectionSet: SelectionSetNode | undefined,
  isConditional = false,
  keys: Set<string> = new Set(),
): Set<string> {
  for (const selection of selectionSet?.selections ?? []) {
    const isHere = isConditional || (selection.directives ?? []).some(({ name }) => CONDITIONS.has(name.value));
    if (selection.kind === Kind.FIELD && isHere) keys.add(selection.alias?.value ?? selection.name.value);
    if (selection.kind !== Kind.FRAGMENT_SPREAD) conditionalKeys(selection.selectionSet, isHere, keys);
  }
  return keys;
}

const CONDITIONS = new Set(['skip', 'include']);

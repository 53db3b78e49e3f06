import { type FragmentDefinitionNode, Kind, type OperationDefinitionNode, type SelectionSetNode } from 'graphql';
import type { Path } from './fetching/places.ts';
import type { ResponseKeys } from './planning/response-keys.ts';

type Fragments = ReadonlyMap<string, FragmentDefinitionNode>;

/** The response keys of the client's operation, by those that the plan has for them. */
export class ResponseTree {
  readonly #keys: ResponseKeys;
  readonly #fragments: Fragments;
  readonly #root: ResponseNode;

  constructor(operation: OperationDefinitionNode, fragments: Fragments, keys: ResponseKeys) {
    this.#keys = keys;
    this.#fragments = fragments;
    this.#root = new ResponseNode([operation.selectionSet]);
  }

  /** Where a path of the plan is in the client's answer: up to the first field that the client didn't ask for. */
  clientPath(path: Path): Path {
    const clientPath: (string | number)[] = [];
    let node: ResponseNode | undefined = this.#root;
    for (const element of path) {
      if (typeof element === 'string') {
        node = node.below(this.#keys, this.#fragments).get(element);
        if (!node) break;
      }
      clientPath.push(typeof element === 'string' ? this.#keys.responseKey(element) : element);
    }
    return clientPath;
  }

  /** Whether the client asked for a field at this path of the plan. */
  has(path: Path): boolean {
    return this.clientPath(path).length === path.length;
  }
}

/** Selections of one path, whatever the types. Only made for paths that had an error. */
class ResponseNode {
  readonly #selectionSets: readonly SelectionSetNode[];
  #below: ReadonlyMap<string, ResponseNode> | undefined;

  constructor(selectionSets: readonly SelectionSetNode[]) {
    this.#selectionSets = selectionSets;
  }

  below(keys: ResponseKeys, fragments: Fragments): ReadonlyMap<string, ResponseNode> {
    if (!this.#below) {
      const found = new Map<string, SelectionSetNode[]>();
      for (const selectionSet of this.#selectionSets) collect(selectionSet, keys, fragments, found);
      this.#below = new Map([...found].map(([key, selectionSets]) => [key, new ResponseNode(selectionSets)]));
    }
    return this.#below;
  }
}

function collect(
  selectionSet: SelectionSetNode,
  keys: ResponseKeys,
  fragments: Fragments,
  found: Map<string, SelectionSetNode[]>,
): void {
  for (const selection of selectionSet.selections) {
    if (selection.kind === Kind.FIELD) {
      const key = keys.sourceKey(selection);
      const selectionSets = found.get(key) ?? [];
      found.set(key, selectionSets);
      if (selection.selectionSet) selectionSets.push(selection.selectionSet);
    } else {
      const inner =
        selection.kind === Kind.FRAGMENT_SPREAD
          ? fragments.get(selection.name.value)?.selectionSet
          : selection.selectionSet;
      if (inner) collect(inner, keys, fragments, found);
    }
  }
}

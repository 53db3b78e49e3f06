import {
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import type { Path } from './fetching/places.ts';
import type { ResponseKeys } from './planning/response-keys.ts';

type Fragments = ReadonlyMap<string, FragmentDefinitionNode>;

/** What counts of the selections at a place. */
export interface Scope {
  /** Whether fragments on a type are for the objects in question. */
  applies(condition: string): boolean;
  includes(selection: SelectionNode): boolean;
}

/** Whatever the types and the variables are. */
const ANY: Scope = { applies: () => true, includes: () => true };

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

  /** The plan's keys of what the client asked for at a path of the plan, in which `@` stands for the items of a list. */
  keysAt(path: readonly string[], scope: Scope): ReadonlySet<string> {
    let node: ResponseNode | undefined = this.#root;
    for (const key of path) if (key !== '@') node = node?.below(this.#keys, this.#fragments).get(key);
    return new Set(node?.fields(this.#keys, this.#fragments, scope).keys());
  }
}

/** Selections of one path, whatever the types. */
class ResponseNode {
  readonly #selectionSets: readonly SelectionSetNode[];
  #below: ReadonlyMap<string, ResponseNode> | undefined;

  constructor(selectionSets: readonly SelectionSetNode[]) {
    this.#selectionSets = selectionSets;
  }

  below(keys: ResponseKeys, fragments: Fragments): ReadonlyMap<string, ResponseNode> {
    this.#below ??= new Map([...this.fields(keys, fragments, ANY)].map(([key, sets]) => [key, new ResponseNode(sets)]));
    return this.#below;
  }

  /** What is selected of each field, by the plan's keys. */
  fields(keys: ResponseKeys, fragments: Fragments, scope: Scope): Map<string, SelectionSetNode[]> {
    const found = new Map<string, SelectionSetNode[]>();
    const visited = new Set<string>();
    const collect = ({ selections }: SelectionSetNode): void => {
      for (const selection of selections.filter(scope.includes)) {
        if (selection.kind === Kind.FIELD) {
          const key = keys.sourceKey(selection);
          const selectionSets = found.get(key) ?? [];
          found.set(key, selectionSets);
          if (selection.selectionSet) selectionSets.push(selection.selectionSet);
          continue;
        }
        const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
        if (selection.kind === Kind.FRAGMENT_SPREAD && visited.has(selection.name.value)) continue;
        if (selection.kind === Kind.FRAGMENT_SPREAD) visited.add(selection.name.value);
        const condition = fragment?.typeCondition?.name.value;
        if (fragment && (condition === undefined || scope.applies(condition))) collect(fragment.selectionSet);
      }
    };
    this.#selectionSets.forEach(collect);
    return found;
  }
}

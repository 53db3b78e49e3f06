import {
  type FieldNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import { isNeverIncluded } from '../planning/plan/constant-conditions.ts';
import type { ResponseKeys } from '../planning/plan/response-keys.ts';
import type { Path } from './fetching/places.ts';

/** Selections that count at a place. */
export interface Scope {
  /** Returns true if fragments on a type apply to the objects in question. */
  applies(condition: string): boolean;
  includes(selection: SelectionNode): boolean;
}

/** Selections for objects of any type, under any variables. */
export const ANY: Scope = { applies: () => true, includes: (selection) => !isNeverIncluded(selection) };

/** Response keys of the client's operation, by the keys that the plan uses for them. */
export class ResponseTree {
  readonly root: ResponseNode;
  readonly #keys: ResponseKeys;

  constructor(
    operation: OperationDefinitionNode,
    fragments: ReadonlyMap<string, FragmentDefinitionNode>,
    keys: ResponseKeys,
  ) {
    this.#keys = keys;
    this.root = new ResponseNode({ fragments, keys }, [operation.selectionSet]);
  }

  /** Returns the client's path for a path of the plan, cut at the first field that the client didn't select. */
  clientPath(path: Path): Path {
    const clientPath: (string | number)[] = [];
    let node: ResponseNode | undefined = this.root;
    for (const element of path) {
      if (typeof element === 'string') {
        node = node.below(element);
        if (!node) break;
      }
      clientPath.push(typeof element === 'string' ? this.#keys.responseKey(element) : element);
    }
    return clientPath;
  }
}

interface Source {
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly keys: ResponseKeys;
}

/** Selections of the client's operation at one place. */
export class ResponseNode {
  readonly #source: Source;
  readonly #selectionSets: readonly SelectionSetNode[];
  readonly #below = new Map<string, ResponseNode>();

  constructor(source: Source, selectionSets: readonly SelectionSetNode[]) {
    this.#source = source;
    this.#selectionSets = selectionSets;
  }

  /** Returns the selections below a key of the plan, for any type; undefined if the key isn't selected. */
  below(key: string): ResponseNode | undefined {
    const known = this.#below.get(key);
    if (known) return known;
    const below = this.belowIn(key, ANY);
    if (below) this.#below.set(key, below); // any other key can come, in the path of a subgraph's error
    return below;
  }

  belowIn(key: string, scope: Scope): ResponseNode | undefined {
    const fields = this.fields(scope).get(key);
    return (
      fields &&
      new ResponseNode(
        this.#source,
        fields.flatMap(({ selectionSet }) => selectionSet ?? []),
      )
    );
  }

  /** Returns the same place with nothing selected. */
  empty(): ResponseNode {
    return new ResponseNode(this.#source, []);
  }

  /** Returns the selected fields by the plan's keys. */
  fields(scope: Scope): Map<string, FieldNode[]> {
    const { fragments, keys } = this.#source;
    const found = new Map<string, FieldNode[]>();
    const visited = new Set<string>();
    const collect = ({ selections }: SelectionSetNode): void => {
      for (const selection of selections) {
        if (!scope.includes(selection)) continue;
        if (selection.kind === Kind.FIELD) {
          const key = keys.sourceKey(selection);
          const known = found.get(key);
          if (known) known.push(selection);
          else found.set(key, [selection]);
          continue;
        }
        if (selection.kind === Kind.FRAGMENT_SPREAD && visited.has(selection.name.value)) continue;
        if (selection.kind === Kind.FRAGMENT_SPREAD) visited.add(selection.name.value);
        const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
        const condition = fragment?.typeCondition?.name.value;
        if (fragment && (condition === undefined || scope.applies(condition))) collect(fragment.selectionSet);
      }
    };
    this.#selectionSets.forEach(collect);
    return found;
  }
}

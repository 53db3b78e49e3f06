import {
  type ConstDirectiveNode,
  type DocumentNode,
  type FieldDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import {
  type FieldedType,
  fieldSet,
  graphIn,
  isFieldedType,
  isTrue,
  namedType,
  stringArgument,
  subgraphNames,
} from '../join-directives.ts';

/** Properties of fields in one subgraph, by coordinate. */
interface SubgraphFields {
  readonly external: Set<string>;
  /** Field sets of `@provides`. */
  readonly provided: Map<string, SelectionSetNode>;
}

/** Fields that subgraphs declare `@external`: they can't give them unless a `@provides` or a key does. */
export class ExternalFields {
  readonly #types = new Map<string, FieldedType>();
  readonly #subgraphs = new Map<string, SubgraphFields>();

  /** @param supergraph with its join directives */
  constructor(supergraph: DocumentNode) {
    const names = subgraphNames(supergraph);
    for (const name of names.values()) this.#subgraphs.set(name, { external: new Set(), provided: new Map() });
    for (const node of supergraph.definitions) {
      if (!isFieldedType(node)) continue;
      this.#types.set(node.name.value, node);
      const graphOf = (directive: ConstDirectiveNode) => this.#subgraphs.get(names.get(graphIn(directive)) ?? '');
      for (const field of node.fields ?? []) addField(`${node.name.value}.${field.name.value}`, field, graphOf);
    }
    // The value of a field in a key is known from a reference or a representation.
    for (const node of this.#types.values()) {
      for (const directive of node.directives ?? []) {
        const external = this.#subgraphs.get(names.get(graphIn(directive)) ?? '')?.external;
        const key = directive.name.value === 'join__type' && stringArgument(directive, 'key');
        if (external && key)
          this.#visit(node.name.value, fieldSet(key.value), (coordinate) => external.delete(coordinate));
      }
    }
  }

  /** Returns the coordinate of the first field that the subgraph is asked for and can't give. */
  selectedBy(subgraph: string, { operation, selectionSet }: OperationDefinitionNode): string | undefined {
    const fields = this.#subgraphs.get(subgraph);
    if (!fields || fields.external.size === 0) return undefined;
    const root = operation.charAt(0).toUpperCase() + operation.slice(1);
    return this.#find(fields, root, selectionSet, []);
  }

  #find(
    fields: SubgraphFields,
    typeName: string,
    { selections }: SelectionSetNode,
    provided: readonly SelectionSetNode[],
  ): string | undefined {
    for (const selection of selections) {
      if (selection.kind === Kind.FRAGMENT_SPREAD) continue;
      if (selection.kind === Kind.INLINE_FRAGMENT) {
        const inner = selection.typeCondition?.name.value ?? typeName;
        const found = this.#find(fields, inner, selection.selectionSet, provided);
        if (found !== undefined) return found;
        continue;
      }
      const name = selection.name.value;
      const coordinate = `${typeName}.${name}`;
      const here = provided.flatMap((set) => selectionsOf(set, name));
      if (here.length === 0 && fields.external.has(coordinate)) return coordinate;
      if (!selection.selectionSet) continue;
      const own = fields.provided.get(coordinate);
      const below = [...here.flatMap((set) => set ?? []), ...(own ? [own] : [])];
      const found = this.#find(fields, this.#resultOf(typeName, name), selection.selectionSet, below);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** Returns the named type of a field; an empty text for those that only subgraphs have, such as `_entities`. */
  #resultOf(typeName: string, name: string): string {
    const field = this.#types.get(typeName)?.fields?.find((candidate) => candidate.name.value === name);
    return field ? namedType(field.type) : '';
  }

  #visit(typeName: string, { selections }: SelectionSetNode, visit: (coordinate: string) => void): void {
    for (const selection of selections) {
      if (selection.kind !== Kind.FIELD) continue;
      visit(`${typeName}.${selection.name.value}`);
      if (selection.selectionSet) {
        this.#visit(this.#resultOf(typeName, selection.name.value), selection.selectionSet, visit);
      }
    }
  }
}

function addField(
  coordinate: string,
  { directives }: FieldDefinitionNode,
  graphOf: (directive: ConstDirectiveNode) => SubgraphFields | undefined,
): void {
  for (const directive of directives ?? []) {
    const fields = directive.name.value === 'join__field' ? graphOf(directive) : undefined;
    const provides = stringArgument(directive, 'provides');
    if (fields && provides) fields.provided.set(coordinate, fieldSet(provides.value));
    if (isTrue(directive, 'external')) fields?.external.add(coordinate);
  }
}

/** Returns the selections below a field of a field set; undefined stands for a leaf. */
function selectionsOf({ selections }: SelectionSetNode, name: string): (SelectionSetNode | undefined)[] {
  return selections.flatMap((selection) => {
    if (selection.kind === Kind.FIELD) return selection.name.value === name ? [selection.selectionSet] : [];
    return selection.kind === Kind.INLINE_FRAGMENT ? selectionsOf(selection.selectionSet, name) : [];
  });
}

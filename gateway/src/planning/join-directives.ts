import {
  type ConstDirectiveNode,
  type DocumentNode,
  type InterfaceTypeDefinitionNode,
  Kind,
  type ObjectTypeDefinitionNode,
  parse,
  type SelectionSetNode,
  type StringValueNode,
  type TypeNode,
} from 'graphql';

/** A type of a supergraph whose fields have `@join__field`: https://specs.apollo.dev/join/v0.5 */
export type FieldedType = ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode;

export function isFieldedType(node: { readonly kind: string }): node is FieldedType {
  return node.kind === Kind.OBJECT_TYPE_DEFINITION || node.kind === Kind.INTERFACE_TYPE_DEFINITION;
}

export function namedType(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : namedType(type.type);
}

export function stringArgument(directive: ConstDirectiveNode, name: string): StringValueNode | undefined {
  const value = directive.arguments?.find((argument) => argument.name.value === name)?.value;
  return value?.kind === Kind.STRING ? value : undefined;
}

/** Returns the subgraphs' own names by their values in the enum `join__Graph`. */
export function subgraphNames(document: DocumentNode): Map<string, string> {
  const names = new Map<string, string>();
  for (const node of document.definitions) {
    if (node.kind !== Kind.ENUM_TYPE_DEFINITION || node.name.value !== 'join__Graph') continue;
    for (const { name, directives } of node.values ?? []) {
      const graph = directives?.find((directive) => directive.name.value === 'join__graph');
      const subgraph = graph && stringArgument(graph, 'name');
      if (subgraph) names.set(name.value, subgraph.value);
    }
  }
  return names;
}

export function isTrue(directive: ConstDirectiveNode, name: string): boolean {
  const value = directive.arguments?.find((argument) => argument.name.value === name)?.value;
  return value?.kind === Kind.BOOLEAN && value.value;
}

/** Returns the value of `join__Graph` that a directive is about. */
export function graphIn(directive: ConstDirectiveNode): string {
  const graph = directive.arguments?.find(({ name }) => name.value === 'graph')?.value;
  return graph?.kind === Kind.ENUM ? graph.value : '';
}

/** Parses a field set, like `id org { id }`. */
export function fieldSet(text: string): SelectionSetNode {
  const [operation] = parse(`{${text}}`, { noLocation: true }).definitions;
  if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new Error(`not a field set: ${text}`);
  return operation.selectionSet;
}

/** Returns the paths of the scalars in a field set, like `id` and `org.id`; those in fragments are left out. */
export function fieldPaths({ selections }: SelectionSetNode): string[] {
  return selections.flatMap((one) => {
    if (one.kind !== Kind.FIELD) return [];
    const name = one.name.value;
    return one.selectionSet ? fieldPaths(one.selectionSet).map((path) => `${name}.${path}`) : [name];
  });
}

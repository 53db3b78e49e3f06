import {
  type ConstDirectiveNode,
  type DocumentNode,
  type InterfaceTypeDefinitionNode,
  Kind,
  type ObjectTypeDefinitionNode,
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

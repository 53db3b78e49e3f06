import { isRecord, type JsonRecord } from '@lockstep/runtime/json-record.ts';
import {
  type DirectiveNode,
  type DocumentNode,
  type FieldDefinitionNode,
  type GraphQLSchema,
  isObjectType,
  Kind,
  type SelectionSetNode,
} from 'graphql';
import type { Data } from './monolith.ts';
import { fieldSet } from './required-values.ts';

type ReferenceResolver = Record<'__resolveReference', (representation: JsonRecord) => JsonRecord | null>;

/** Returns the reference resolvers of a subgraph's entities, which find them in the data by any of their keys. */
export function referenceResolvers(typeDefs: DocumentNode, data: Data): Record<string, ReferenceResolver> {
  const resolvers: Record<string, ReferenceResolver> = {};
  for (const node of typeDefs.definitions) {
    const isType = node.kind === Kind.OBJECT_TYPE_DEFINITION || node.kind === Kind.INTERFACE_TYPE_DEFINITION;
    if (!isType || !has(node.directives, 'key')) continue;
    const keys = (node.directives ?? []).flatMap(keyOf);
    const external = new Set((node.fields ?? []).filter(isExternal).map(({ name }) => name.value));
    const objects = data[node.name.value] ?? Object.values(data).flat();
    resolvers[node.name.value] = {
      __resolveReference(representation) {
        const found = objects.find((object) => keys.some((key) => matches(key, representation, object)));
        if (!found) return null;
        const own = Object.entries(found).filter(([name]) => !external.has(name));
        const { __typename, ...given } = representation;
        const typeName = node.kind === Kind.INTERFACE_TYPE_DEFINITION ? found.__typename : __typename;
        return { ...given, ...Object.fromEntries(own), __typename: typeName };
      },
    };
  }
  return resolvers;
}

/** Makes fields that are external to a subgraph null, unless the object has them: from a representation, or provided. */
export function hideExternalFields(schema: GraphQLSchema, typeDefs: DocumentNode): void {
  for (const node of typeDefs.definitions) {
    if (node.kind !== Kind.OBJECT_TYPE_DEFINITION) continue;
    const type = schema.getType(node.name.value);
    if (!isObjectType(type)) continue;
    for (const { name } of (node.fields ?? []).filter(isExternal)) {
      const field = type.getFields()[name.value];
      if (field) field.resolve = (parent: JsonRecord) => parent[name.value] ?? null;
    }
  }
}

function isExternal({ directives }: FieldDefinitionNode): boolean {
  return has(directives, 'external');
}

function has(directives: readonly DirectiveNode[] | undefined, name: string): boolean {
  return directives?.some((directive) => directive.name.value === name) ?? false;
}

function keyOf(directive: DirectiveNode): SelectionSetNode[] {
  const fields = directive.arguments?.find(({ name }) => name.value === 'fields')?.value;
  return directive.name.value === 'key' && fields?.kind === Kind.STRING ? [fieldSet(fields.value)] : [];
}

function matches({ selections }: SelectionSetNode, representation: JsonRecord, object: Readonly<JsonRecord>): boolean {
  return selections.every((selection) => {
    if (selection.kind !== Kind.FIELD) return false;
    const [given, own] = [representation[selection.name.value], object[selection.name.value]];
    if (!selection.selectionSet) return given !== undefined && given === own;
    return isRecord(given) && isRecord(own) && matches(selection.selectionSet, given, own);
  });
}

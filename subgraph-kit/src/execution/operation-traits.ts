import {
  BREAK,
  type DocumentNode,
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  Kind,
  SchemaMetaFieldDef,
  TypeMetaFieldDef,
  visit,
} from 'graphql';

const INTROSPECTION: readonly string[] = [SchemaMetaFieldDef.name, TypeMetaFieldDef.name];
const CONDITIONS: readonly string[] = [GraphQLSkipDirective.name, GraphQLIncludeDirective.name];

/** Checks if a document has introspection fields. */
export function hasIntrospection(document: DocumentNode): boolean {
  let found = false;
  visit(document, {
    Field({ name }) {
      found ||= INTROSPECTION.includes(name.value);
      return found ? BREAK : undefined;
    },
  });
  return found;
}

/** Returns the variables that `@skip` and `@include` depend on, anywhere in a document. */
export function variablesOfConditions(document: DocumentNode): string[] {
  const names = new Set<string>();
  visit(document, {
    Directive({ name, arguments: given = [] }) {
      if (!CONDITIONS.includes(name.value)) return;
      for (const { value } of given) if (value.kind === Kind.VARIABLE) names.add(value.name.value);
    },
  });
  return [...names];
}

import { type GraphQLSchema, getNamedType, isInterfaceType, isObjectType } from 'graphql';
import { conditionApplies, objectTypesOf } from '../../planning/plan/type-conditions.ts';

/** Questions about the supergraph's types that fetches ask. */
export class TypeRelations {
  readonly #schema: GraphQLSchema;

  constructor(schema: GraphQLSchema) {
    this.#schema = schema;
  }

  /** Returns true if a fragment on `condition` applies to objects of the type; false for an unknown type. */
  applies(condition: string, typeName: string): boolean {
    return conditionApplies(this.#schema, condition, typeName);
  }

  isObjectType(typeName: unknown): typeName is string {
    return typeof typeName === 'string' && isObjectType(this.#schema.getType(typeName));
  }

  /** Returns the names of the object types that a field can return, over those of the types that have it. */
  objectTypesOfField(typeNames: readonly string[], fieldName: string): string[] {
    const found = new Set<string>();
    for (const typeName of typeNames) {
      const parent = this.#schema.getType(typeName);
      const type = isObjectType(parent) ? getNamedType(parent.getFields()[fieldName]?.type) : undefined;
      for (const { name } of objectTypesOf(this.#schema, type)) found.add(name);
    }
    return [...found];
  }

  /** Returns true for an interface's name, which a subgraph with an `@interfaceObject` gives as `__typename`. */
  isInterface(typeName: unknown): boolean {
    return typeof typeName === 'string' && isInterfaceType(this.#schema.getType(typeName));
  }
}

import { type GraphQLSchema, getNamedType, isInterfaceType, isNonNullType, isObjectType } from 'graphql';
import { conditionApplies, objectTypesOf } from '../../planning/plan/type-conditions.ts';

/** What fetches must know of the supergraph's types. */
export class TypeRelations {
  readonly #schema: GraphQLSchema;

  constructor(schema: GraphQLSchema) {
    this.#schema = schema;
  }

  /** Whether a fragment on `condition` applies to objects of the type. False for a type that nobody knows. */
  applies(condition: string, typeName: string): boolean {
    return conditionApplies(this.#schema, condition, typeName);
  }

  isObjectType(typeName: unknown): typeName is string {
    return typeof typeName === 'string' && isObjectType(this.#schema.getType(typeName));
  }

  /** The names of the object types that a field can give, in those of the types that have it. */
  objectTypesOfField(typeNames: readonly string[], fieldName: string): string[] {
    const found = new Set<string>();
    for (const typeName of typeNames) {
      const parent = this.#schema.getType(typeName);
      const type = isObjectType(parent) ? getNamedType(parent.getFields()[fieldName]?.type) : undefined;
      for (const { name } of objectTypesOf(this.#schema, type)) found.add(name);
    }
    return [...found];
  }

  /** Whether it names an interface: what a subgraph with an `@interfaceObject` gives for `__typename`. */
  isInterface(typeName: unknown): boolean {
    return typeof typeName === 'string' && isInterfaceType(this.#schema.getType(typeName));
  }

  /** Whether the answer to a mutation is null as a whole where this field is. */
  isRequiredMutation(fieldName: string): boolean {
    return isNonNullType(this.#schema.getMutationType()?.getFields()[fieldName]?.type);
  }
}

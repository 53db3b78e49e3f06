import { type GraphQLSchema, isAbstractType, isInterfaceType, isNonNullType, isObjectType } from 'graphql';

/** What fetches must know of the supergraph's types. */
export class TypeRelations {
  readonly #schema: GraphQLSchema;

  constructor(schema: GraphQLSchema) {
    this.#schema = schema;
  }

  /** Whether a fragment on `condition` applies to objects of the type. False for a type that nobody knows. */
  applies(condition: string, typeName: string): boolean {
    if (condition === typeName) return true;
    const type = this.#schema.getType(typeName);
    const abstract = this.#schema.getType(condition);
    return (
      isAbstractType(abstract) &&
      (isObjectType(type) || isInterfaceType(type)) &&
      this.#schema.isSubType(abstract, type)
    );
  }

  /** The names of an interface's object types; none for what is no interface. */
  objectTypesOf(typeName: string): string[] {
    const type = this.#schema.getType(typeName);
    return isInterfaceType(type) ? this.#schema.getPossibleTypes(type).map(({ name }) => name) : [];
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

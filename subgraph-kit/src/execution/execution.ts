import {
  type GraphQLError,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  locatedError,
  responsePathAsArray,
} from 'graphql';
import type { FieldPlace } from './field-place.ts';

export type Path = GraphQLResolveInfo['path'];

type Places = Pick<GraphQLResolveInfo, 'fragments' | 'operation' | 'variableValues'>;

/** One run of an operation: what its fields share. */
export class Execution {
  readonly schema: GraphQLSchema;
  readonly context: unknown;
  readonly variables: Places['variableValues'];
  readonly errors: GraphQLError[] = [];
  readonly #fragments: Places['fragments'];
  readonly #operation: Places['operation'];
  readonly #nulled = new Set<Path | undefined>();

  constructor(schema: GraphQLSchema, { fragments, operation, variableValues }: Places, context: unknown) {
    this.schema = schema;
    this.context = context;
    this.variables = variableValues;
    this.#fragments = fragments;
    this.#operation = operation;
  }

  /** What a resolver is told of its field. */
  infoOf({ definition, nodes, parentType }: FieldPlace, path: Path): GraphQLResolveInfo {
    return {
      fieldName: definition.name,
      fieldNodes: nodes,
      returnType: definition.type,
      parentType,
      path,
      schema: this.schema,
      fragments: this.#fragments,
      rootValue: undefined,
      operation: this.#operation,
      variableValues: this.variables,
    };
  }

  /**
   * Makes a failure null (section 6.4.4), where the type allows that.
   *
   * @throws the error, located, where it doesn't: then the nearest place above that can be is null
   */
  fail(error: unknown, { nodes }: FieldPlace, path: Path, isNullable: boolean): null {
    const located = locatedError(error, nodes, responsePathAsArray(path));
    if (!isNullable) throw located;
    this.add(located, path);
    return null;
  }

  /** Reports an error, unless its place is null already. @param path undefined: all of the data is null */
  add(error: GraphQLError, path: Path | undefined): void {
    for (let place = path; place !== undefined; place = place.prev) if (this.#nulled.has(place)) return;
    if (this.#nulled.has(undefined)) return;
    this.#nulled.add(path);
    this.errors.push(error);
  }
}

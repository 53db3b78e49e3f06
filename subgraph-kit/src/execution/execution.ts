import {
  type GraphQLError,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  locatedError,
  responsePathAsArray,
} from 'graphql';
import type { FieldPlace } from './field-place.ts';
import { ERROR_COST, type OperationBudget } from './operation-budget.ts';

export type Path = GraphQLResolveInfo['path'];

type Places = Pick<GraphQLResolveInfo, 'fragments' | 'operation' | 'variableValues'>;

/** Run of an operation: the state that its fields share. */
export class Execution {
  readonly schema: GraphQLSchema;
  readonly context: unknown;
  readonly budget: OperationBudget;
  readonly variables: Places['variableValues'];
  readonly errors: GraphQLError[] = [];
  readonly #fragments: Places['fragments'];
  readonly #operation: Places['operation'];
  readonly #nulled = new Set<Path | undefined>();

  constructor(
    schema: GraphQLSchema,
    { fragments, operation, variableValues }: Places,
    context: { readonly budget: OperationBudget },
  ) {
    this.schema = schema;
    this.context = context;
    this.budget = context.budget;
    this.variables = variableValues;
    this.#fragments = fragments;
    this.#operation = operation;
  }

  /** Returns the info argument of a field's resolver. */
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
   * Reports a field's error and returns null, if the type allows null
   * (https://spec.graphql.org/October2021/#sec-Handling-Field-Errors).
   *
   * @throws the error with its location if it doesn't; then the nearest nullable field above becomes null. An operation that
   *   has ended has no errors of fields: this throws the error that ended it.
   */
  fail(error: unknown, { nodes }: FieldPlace, path: Path, isNullable: boolean): null {
    this.budget.spend(ERROR_COST);
    const located = locatedError(error, nodes, responsePathAsArray(path));
    if (!isNullable) throw located;
    this.add(located, path);
    return null;
  }

  /** Reports an error unless its place is null already. @param path undefined if all data is null */
  add(error: GraphQLError, path: Path | undefined): void {
    for (let place = path; place !== undefined; place = place.prev) if (this.#nulled.has(place)) return;
    if (this.#nulled.has(undefined)) return;
    this.#nulled.add(path);
    this.errors.push(error);
  }
}

import { type OperationDefinitionNode, type ValueNode, valueFromASTUntyped } from 'graphql';

/** Variables of one request. The operation's defaults stand in for those that the client left out. */
export class Variables {
  readonly #given: Readonly<Record<string, unknown>>;
  readonly #defaults: ReadonlyMap<string, unknown>;
  /** True once a value was read. */
  isRead = false;

  constructor(given: Readonly<Record<string, unknown>>, defaults: ReadonlyMap<string, unknown>) {
    this.#given = given;
    this.#defaults = defaults;
  }

  get(name: string): unknown {
    this.isRead = true;
    return Object.hasOwn(this.#given, name) ? this.#given[name] : this.#defaults.get(name);
  }

  all(): Record<string, unknown> {
    this.isRead = true;
    return { ...Object.fromEntries(this.#defaults), ...this.#given };
  }
}

export function defaultsOf({ variableDefinitions = [] }: OperationDefinitionNode): Map<string, unknown> {
  const withDefault = variableDefinitions.flatMap(({ variable, defaultValue }): [string, ValueNode][] =>
    defaultValue ? [[variable.name.value, defaultValue]] : [],
  );
  return new Map(withDefault.map(([name, node]) => [name, valueFromASTUntyped(node)]));
}

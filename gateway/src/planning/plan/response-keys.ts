import { type FieldNode, print } from 'graphql';

/** Names that the planner gave to parts of a client's operation so that they can't clash. */
export interface PlanNames {
  /** Keys of the plan by {@link signatureOf} the client's field, if they differ from the response key. */
  readonly keys: ReadonlyMap<string, string>;
  /** The client's variables by the name in the plan, if they differ. */
  readonly variables: ReadonlyMap<string, string>;
}

/** Translation between the names of a client's operation and those of its plan. */
export class ResponseKeys {
  readonly #names: PlanNames;
  readonly #responseKeys: ReadonlyMap<string, string>;

  constructor(names: PlanNames) {
    this.#names = names;
    this.#responseKeys = new Map([...names.keys].map(([signature, key]) => [key, responseKeyIn(signature)]));
  }

  /** Returns the key under which the plan keeps a field of the client's document. */
  sourceKey(field: FieldNode): string {
    const { keys } = this.#names;
    return (keys.size === 0 ? undefined : keys.get(signatureOf(field))) ?? responseKeyOf(field);
  }

  /** Returns the client's name for a key of the plan. */
  responseKey(sourceKey: string): string {
    return this.#responseKeys.get(sourceKey) ?? sourceKey;
  }

  /** Returns the client's name for a variable of the plan. */
  clientVariable(name: string): string {
    return this.#names.variables.get(name) ?? name;
  }
}

/** Returns a text that is equal for fields of the same response key, name and arguments. */
export function signatureOf(field: FieldNode): string {
  const { name, arguments: given = [] } = field;
  return `${responseKeyOf(field)}:${name.value}(${given.map(print).sort().join()})`;
}

export function responseKeyOf({ alias, name }: FieldNode): string {
  return (alias ?? name).value;
}

function responseKeyIn(signature: string): string {
  return signature.slice(0, signature.indexOf(':'));
}

import { type DocumentNode, type FieldNode, Kind, print, type VariableNode, visit } from 'graphql';

/** An operation whose response keys can't clash with each other or with what the planner adds. */
export interface ResponseKeys {
  /** The operation to plan: as the client's, but for aliases and variable names. */
  readonly document: DocumentNode;
  /** The key under which the plan keeps a field of the client's document. */
  sourceKey(field: FieldNode): string;
  /** The client's name for a key of the plan. */
  responseKey(sourceKey: string): string;
  /** The client's name for a variable of the plan. */
  clientVariable(name: string): string;
}

/**
 * Gives fields of the client's operation other aliases for the time of its execution, where the planner would mix them up.
 * It keeps keys and required fields under their plain names, so that an alias like `id: name` overwrites them; and it
 * merges what different fragments ask for at one path by the response key alone.
 *
 * @param isFieldName whether some type of the supergraph has a field of that name
 */
export function separateResponseKeys(document: DocumentNode, isFieldName: (name: string) => boolean): ResponseKeys {
  const sourceKeys = new WeakMap<FieldNode, string>();
  const allocation = new KeyAllocation(document, isFieldName);
  visit(document, {
    Field: (field) => void sourceKeys.set(field, allocation.keyFor(field)),
  });
  // A copy of a field has the field's key: authorization plans a part of the operation, and the whole of it is shaped.
  const sourceKey = (field: FieldNode) => sourceKeys.get(field) ?? allocation.keyFor(field);
  const clientVariables = new Map<string, string>();
  return {
    document: rename(document, sourceKey, clientVariables),
    sourceKey,
    responseKey: (key) => allocation.responseKeys.get(key) ?? key,
    clientVariable: (name) => clientVariables.get(name) ?? name,
  };
}

function rename(
  document: DocumentNode,
  sourceKey: (field: FieldNode) => string,
  clientVariables: Map<string, string>,
): DocumentNode {
  return visit(document, {
    Variable: (variable) => renameVariable(variable, clientVariables),
    Field: (field) => {
      const key = sourceKey(field);
      if (key === nameOf(field)) return undefined;
      return { ...field, alias: { kind: Kind.NAME, value: key } };
    },
  });
}

/** Names of variables that the planner gives its own. */
const PLANNER_VARIABLES = /^(representations|contextualArgument.*)$/;

function renameVariable(variable: VariableNode, clientVariables: Map<string, string>): VariableNode | undefined {
  const name = variable.name.value;
  if (!PLANNER_VARIABLES.test(name)) return undefined;
  const value = `client__${name}`;
  clientVariables.set(value, name);
  return { ...variable, name: { kind: Kind.NAME, value } };
}

class KeyAllocation {
  /** By the keys that aren't the client's own. */
  readonly responseKeys = new Map<string, string>();
  readonly #isFieldName: (name: string) => boolean;
  readonly #bySignature = new Map<string, string>();
  readonly #taken = new Set<string>();
  readonly #clientKeys = new Set<string>();

  constructor(document: DocumentNode, isFieldName: (name: string) => boolean) {
    this.#isFieldName = isFieldName;
    visit(document, { Field: (field) => void this.#clientKeys.add(nameOf(field)) });
  }

  /** One key for all fields of the same response key, name and arguments. */
  keyFor(field: FieldNode): string {
    const responseKey = nameOf(field);
    const signature = `${responseKey}:${field.name.value}(${(field.arguments ?? []).map(print).sort().join()})`;
    const known = this.#bySignature.get(signature);
    if (known !== undefined) return known;
    const key = this.#isFree(responseKey, field) ? responseKey : this.#freshKey(responseKey);
    this.#taken.add(key);
    this.#bySignature.set(signature, key);
    if (key !== responseKey) this.responseKeys.set(key, responseKey);
    return key;
  }

  #isFree(responseKey: string, field: FieldNode): boolean {
    if (this.#taken.has(responseKey) || responseKey in Object.prototype) return false;
    return responseKey === field.name.value || !(responseKey.startsWith('__') || this.#isFieldName(responseKey));
  }

  #freshKey(responseKey: string): string {
    const base = responseKey.replace(/^_+/, '');
    for (let number = 1; ; number++) {
      const key = `${base}__client_${number}`;
      if (!this.#taken.has(key) && !this.#clientKeys.has(key) && !this.#isFieldName(key)) return key;
    }
  }
}

function nameOf(field: FieldNode): string {
  return field.alias?.value ?? field.name.value;
}

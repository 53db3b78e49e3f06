import { type DocumentNode, type FieldNode, Kind, type VariableNode, visit } from 'graphql';
import { type PlanNames, responseKeyOf, signatureOf } from '../plan/response-keys.ts';

/** An operation whose response keys can't clash with each other or with those that the planner adds. */
export interface SeparatedOperation {
  /** The client's operation, with other aliases and variable names. */
  readonly document: DocumentNode;
  readonly names: PlanNames;
}

/**
 * Gives fields of the client's operation other aliases for the time of its execution, if the planner would confuse them.
 * @apollo/query-planner 2.14.4 keeps keys and required fields under their plain names, so that an alias like `id: name`
 * overwrites them (https://github.com/apollographql/federation/issues/3036), and merges what different fragments select at
 * one path by response key alone (https://github.com/apollographql/federation/issues/2938). Variables named like the
 * planner's own are renamed too: no upstream issue is known, compiled-operation.test.ts reproduces it.
 *
 * @param isFieldName returns true if some type of the supergraph has a field of that name
 */
export function separateResponseKeys(
  document: DocumentNode,
  isFieldName: (name: string) => boolean,
): SeparatedOperation {
  const allocation = new KeyAllocation(document, isFieldName);
  const variables = new Map<string, string>();
  const separated = visit(document, {
    Variable: (variable) => renameVariable(variable, variables),
    Field: (field) => {
      const key = allocation.keyFor(field);
      return key === responseKeyOf(field) ? undefined : { ...field, alias: { kind: Kind.NAME, value: key } };
    },
  });
  return { document: separated, names: { keys: allocation.renamed, variables } };
}

/** Names that the planner gives to its own variables. */
const PLANNER_VARIABLES = /^(representations|contextualArgument.*)$/;

function renameVariable(variable: VariableNode, clientVariables: Map<string, string>): VariableNode | undefined {
  const name = variable.name.value;
  if (!PLANNER_VARIABLES.test(name)) return undefined;
  const value = `client__${name}`;
  clientVariables.set(value, name);
  return { ...variable, name: { kind: Kind.NAME, value } };
}

class KeyAllocation {
  /** The keys that aren't the client's own, by signature. */
  readonly renamed = new Map<string, string>();
  readonly #isFieldName: (name: string) => boolean;
  readonly #bySignature = new Map<string, string>();
  readonly #taken = new Set<string>();
  readonly #clientKeys = new Set<string>();

  constructor(document: DocumentNode, isFieldName: (name: string) => boolean) {
    this.#isFieldName = isFieldName;
    visit(document, { Field: (field) => void this.#clientKeys.add(responseKeyOf(field)) });
  }

  /** Returns one key for all fields of the same response key, name and arguments. */
  keyFor(field: FieldNode): string {
    const responseKey = responseKeyOf(field);
    const signature = signatureOf(field);
    const known = this.#bySignature.get(signature);
    if (known !== undefined) return known;
    const key = this.#isFree(responseKey, field) ? responseKey : this.#freshKey(responseKey);
    this.#taken.add(key);
    this.#bySignature.set(signature, key);
    if (key !== responseKey) this.renamed.set(signature, key);
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

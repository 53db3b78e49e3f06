import { setImmediate } from 'node:timers/promises';
import {
  type GraphQLNamedType,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
  specifiedScalarTypes,
} from 'graphql';
import { argumentList, deprecation, headOf, inputType } from './api-text.ts';

/** Number of changes that are kept. */
const MAX_CHANGES = 20;

/** Maximum number of coordinates that a change lists of each kind. */
const MAX_LISTED = 100;

/** Maximum length of a text: composition may have an error for each field. */
const MAX_TEXT = 2000;

/** Number of types that are compared before other work goes on. */
const TYPES_AT_ONCE = 200;

/** Effect of a change on the API, in schema coordinates. */
export interface ApiChanges {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** With the types before and after. */
  readonly changed: readonly string[];
  /** Number of coordinates that are not listed. */
  readonly omitted: number;
}

/** A change of the supergraph file, or of one that it names. */
export interface GraphChange {
  /** When it was read, in ISO 8601. */
  readonly at: string;
  readonly outcome: 'accepted' | 'refused';
  /** Settings and schemas that changed. */
  readonly what: readonly string[];
  /** Why it was refused. */
  readonly reason?: string;
  /** Undefined if it was refused. */
  readonly api?: ApiChanges;
}

/** The last changes of the graph in this process, the newest first. */
export class ChangeLog {
  #changes: readonly GraphChange[] = [];

  get list(): readonly GraphChange[] {
    return this.#changes;
  }

  add({ what, reason, ...change }: Omit<GraphChange, 'at'>): void {
    const added = {
      ...{ at: new Date().toISOString(), ...change, what: what.slice(0, MAX_LISTED).map(shorten) },
      ...(reason !== undefined && { reason: shorten(reason) }),
    };
    this.#changes = [added, ...this.#changes].slice(0, MAX_CHANGES);
  }
}

/** Compares two API schemas. Other work goes on meanwhile. */
export async function compareApis(before: GraphQLSchema, after: GraphQLSchema): Promise<ApiChanges> {
  const changes = { added: [] as string[], removed: [] as string[], changed: [] as string[], omitted: 0 };
  const note = (kind: 'added' | 'removed' | 'changed', text: string) => {
    if (changes[kind].length < MAX_LISTED) changes[kind].push(shorten(text));
    else changes.omitted += 1;
  };
  const names = new Set([...Object.keys(before.getTypeMap()), ...Object.keys(after.getTypeMap())]);
  let compared = 0;
  for (const name of names) {
    compared += 1;
    if (compared % TYPES_AT_ONCE === 0) await setImmediate();
    if (isSpecifiedScalar(name)) continue; // a schema has only those that it uses
    const [oldType, newType] = [before.getType(name), after.getType(name)];
    if (!oldType) note('added', name);
    if (!newType) note('removed', name);
    if (!oldType || !newType || isIntrospectionType(newType)) continue;
    const [oldHead, newHead] = [headOf(oldType), headOf(newType)];
    if (oldHead !== newHead) note('changed', `${name}: ${oldHead} → ${newHead}`);
    const [old, now] = [membersOf(oldType), membersOf(newType)];
    for (const [member, type] of now) {
      if (!old.has(member)) note('added', `${name}.${member}`);
      else if (old.get(member) !== type) note('changed', `${name}.${member}: ${old.get(member)} → ${type}`);
    }
    for (const member of old.keys()) if (!now.has(member)) note('removed', `${name}.${member}`);
  }
  return changes;
}

/** Returns the types of a type's fields, with their arguments, or its values. */
function membersOf(type: GraphQLNamedType): Map<string, string> {
  if (isObjectType(type) || isInterfaceType(type)) {
    return new Map(
      Object.values(type.getFields()).map((field) => {
        const args = argumentList(field.args);
        return [field.name, `${args === '' ? '' : `${args} `}${field.type}${deprecation(field)}`];
      }),
    );
  }
  if (isInputObjectType(type)) {
    return new Map(Object.values(type.getFields()).map((field) => [field.name, inputType(field) + deprecation(field)]));
  }
  if (isEnumType(type)) return new Map(type.getValues().map((value) => [value.name, `value${deprecation(value)}`]));
  return new Map('getTypes' in type ? type.getTypes().map(({ name }) => [name, '']) : []);
}

function isSpecifiedScalar(name: string): boolean {
  return specifiedScalarTypes.some((type) => type.name === name);
}

function shorten(text: string): string {
  return text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text;
}

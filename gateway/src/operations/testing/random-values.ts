import { type GraphQLOutputType, isAbstractType, isLeafType, isListType, isNonNullType } from 'graphql';
import type { Data, FieldResolver } from './monolith.ts';
import { hash } from './random.ts';

export interface ValueOptions {
  /** Objects by type. Other objects are made up as they are needed, three of each type. */
  readonly data?: Data;
  /** Returns the object types of the values of a field, if that is not its own type. */
  readonly membersOf?: (typeName: string, fieldName: string) => readonly string[] | undefined;
  /** Returns true for fields that never fail, and are null only if the schema allows it: others may need their values. */
  readonly isReliable?: (fieldName: string, typeName: string) => boolean;
  /** Returns the state of the data, which mutations change. */
  readonly state?: () => number;
}

interface FieldAtHand {
  readonly fieldName: string;
  readonly isReliable: boolean;
}

/** Random values of fields, determined by the seed, the object, the field, its arguments and the state of the data. */
export class RandomValues {
  readonly #seed: number;
  readonly #options: ValueOptions;

  constructor(seed: number, options: ValueOptions = {}) {
    this.#seed = seed;
    this.#options = options;
  }

  /** Resolves a field: to the property of the object if it has one. */
  readonly resolve: FieldResolver = (parent, args, _context, info) => {
    const { fieldName, returnType } = info;
    if (parent && fieldName in parent) return parent[fieldName];
    return this.valueOf(parent, fieldName, returnType, args);
  };

  /** Returns the value of a field of an object. */
  valueOf(
    parent: Readonly<Record<string, unknown>> | undefined,
    fieldName: string,
    type: GraphQLOutputType,
    args: object = {},
  ): unknown {
    const state = this.#options.state?.() ?? '';
    const key = `${this.#seed} ${state}${parent?.id ?? ''} ${fieldName} ${JSON.stringify(args)}`;
    const isReliable = this.#options.isReliable?.(fieldName, String(parent?.__typename)) ?? false;
    return this.#value(type, key, { fieldName, isReliable });
  }

  #value(type: GraphQLOutputType, key: string, field: FieldAtHand): unknown {
    const { fieldName, isReliable } = field;
    if (isNonNullType(type)) {
      const value = this.#value(type.ofType, key, field);
      if (value !== null || (!isReliable && hash(`${key} null`) < 0.05)) return value;
      return this.#value(type, `${key} again`, field);
    }
    if (hash(`${key} nothing`) < 0.08) return null;
    if (!isReliable && hash(`${key} failure`) < 0.1) return new Error(`failed: ${key}`);
    if (isListType(type)) {
      const length = Math.floor(hash(`${key} length`) * 4);
      return Array.from({ length }, (_, index) => this.#value(type.ofType, `${key} ${index}`, field));
    }
    const drawn = hash(key);
    if (isLeafType(type)) return leaf(type.name, drawn, key);
    const members = this.#options.membersOf?.(type.name, fieldName);
    if (!members && isAbstractType(type)) throw new Error(`${type.name} has no members`);
    return this.#object(choose(members ?? [type.name], drawn), drawn);
  }

  #object(typeName: string, drawn: number): Record<string, unknown> {
    if (typeName === 'Query') return { __typename: typeName };
    const objects = this.#options.data?.[typeName];
    if (objects) return { ...choose(objects, hash(`${drawn} object`)) };
    return { __typename: typeName, id: `${typeName}${Math.floor(drawn * 3)}` };
  }
}

/** Returns objects of an entity type, with the ids that {@link RandomValues} refers to. */
export function instancesOf(typeName: string): { __typename: string; id: string }[] {
  return [0, 1, 2, 3].map((number) => ({ __typename: typeName, id: `${typeName}${number}` }));
}

function choose<T>(values: readonly T[], drawn: number): T {
  const value = values[Math.floor(drawn * 7919) % values.length];
  if (value === undefined) throw new Error('nothing to choose from');
  return value;
}

function leaf(type: string, drawn: number, key: string): unknown {
  switch (type) {
    case 'Int':
      return Math.floor(drawn * 3) - 1;
    case 'Float':
      return Math.floor(drawn * 5) / 2;
    case 'Boolean':
      return drawn < 0.5;
    case 'Color':
      return ['RED', 'GREEN', 'BLUE'][Math.floor(drawn * 3)];
    default:
      return drawn < 0.1 ? '' : key.slice(key.indexOf(' ') + 1);
  }
}

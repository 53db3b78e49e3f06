import { isPromise } from '@lockstep/runtime/promises.ts';
import {
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  isAbstractType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import { hash } from './random.ts';

/**
 * Random data for a schema, returned in every way that resolvers have: synchronously or not; promises in lists; errors
 * thrown, rejected and returned; values of a wrong type; properties, methods and promises in place of resolvers; types
 * resolved by `__typename`, `resolveType` or `isTypeOf`, synchronously or not.
 */
export class RandomResolvers {
  readonly #schema: GraphQLSchema;
  readonly #seed: number;
  /** Calls of resolvers, in order. */
  calls: string[] = [];

  /** @param seed determines every choice */
  constructor(schema: GraphQLSchema, seed: number) {
    this.#schema = schema;
    this.#seed = seed;
    for (const type of Object.values(schema.getTypeMap())) {
      if (type.name.startsWith('__')) continue;
      if (isAbstractType(type)) {
        type.resolveType = this.#draw(`${type.name} resolves`) < 0.5 ? undefined : (value) => this.#typeOf(value);
      }
      if (!isObjectType(type)) continue;
      if (this.#draw(`${type.name} checks`) < 0.4) {
        type.isTypeOf = (value) => this.#later(this.#isOf(type, value), `${keyOf(value)} is ${type.name}`);
      } else type.isTypeOf = undefined;
      for (const field of Object.values(type.getFields())) this.#addResolver(type, field);
    }
  }

  #draw(key: string): number {
    return hash(`${this.#seed} ${key}`);
  }

  #addResolver(type: GraphQLObjectType, field: GraphQLField<unknown, unknown>): void {
    const isRoot = type === this.#schema.getQueryType() || type === this.#schema.getMutationType();
    if (!isRoot && this.#draw(`${type.name}.${field.name} is a property`) < 0.6) delete field.resolve;
    else {
      field.resolve = (source, args, _context, info) => {
        const own = `${info.parentType}.${info.fieldName} ${JSON.stringify(info.path)}`;
        return this.#result(field.type, `${keyOf(source)}.${field.name}${JSON.stringify(args)}`, own);
      };
    }
  }

  /** Returns the result of a resolver or a method. */
  #result(type: GraphQLOutputType, key: string, call: string): unknown {
    this.calls.push(call);
    if (this.#draw(`${key} throws`) < 0.03) throw new Error(`thrown: ${key}`);
    return this.#later(this.#value(type, key), key);
  }

  #later(value: unknown, key: string): never {
    const drawn = this.#draw(`${key} later`);
    return (drawn < 0.65 ? value : this.#promise(value, Math.floor(drawn * 1000) % 4)) as never;
  }

  async #promise(value: unknown, ticks: number): Promise<unknown> {
    for (let tick = 0; tick < ticks; tick++) await undefined;
    if (value instanceof Error && ticks % 2 === 0) throw value;
    return value;
  }

  #value(type: GraphQLOutputType, key: string): unknown {
    if (isNonNullType(type)) return this.#draw(`${key} null`) < 0.04 ? undefined : this.#value(type.ofType, `${key}!`);
    const drawn = this.#draw(key);
    if (drawn < 0.06) return null;
    if (drawn < 0.1) return new Error(`failed: ${key}`);
    if (isListType(type)) {
      if (drawn < 0.12) return 'no list';
      const items = Array.from({ length: Math.floor(drawn * 997) % 4 }, (_, index) => {
        return this.#later(this.#value(type.ofType, `${key}/${index}`), `${key}/${index}`);
      });
      return drawn < 0.2 && !items.some((item) => isPromise(item)) ? new Set<unknown>(items) : items;
    }
    if (isLeafType(type)) return drawn < 0.14 ? { no: 'leaf' } : leaf(type.name, drawn, key);
    const types = isAbstractType(type) ? this.#schema.getPossibleTypes(type) : [type];
    const chosen = types[Math.floor(drawn * 7919) % types.length];
    return chosen ? this.#object(chosen, key) : null;
  }

  #object(type: GraphQLObjectType, key: string): object {
    const drawn = this.#draw(`${key} type`);
    const object = { key, __typename: drawn < 0.04 ? 'Nothing' : drawn < 0.06 ? 7 : type.name, own: type.name };
    for (const { name, type: fieldType } of Object.values(type.getFields())) {
      const path = `${key}.${name}`;
      const isMethod = this.#draw(`${path} is a method`) < 0.2;
      const method = (args: unknown) => this.#result(fieldType, `${path}${JSON.stringify(args)}`, `method ${path}`);
      Object.defineProperty(object, name, {
        get: () => (isMethod ? method : this.#result(fieldType, path, `property ${path}`)),
      });
    }
    return object;
  }

  #typeOf(value: unknown): never {
    const name: unknown = typeof value === 'object' && value && '__typename' in value ? value.__typename : undefined;
    const drawn = this.#draw(`${keyOf(value)} resolved`);
    if (drawn < 0.03) throw new Error(`no type: ${keyOf(value)}`);
    return this.#later(drawn < 0.06 ? undefined : drawn < 0.09 ? 'Int' : name, `${keyOf(value)} type`);
  }

  #isOf(type: GraphQLObjectType, value: unknown): boolean {
    const isOf = typeof value === 'object' && value !== null && 'own' in value && value.own === type.name;
    return isOf && this.#draw(`${keyOf(value)} is none`) > 0.05;
  }
}

function keyOf(value: unknown): string {
  return typeof value === 'object' && value !== null && 'key' in value ? String(value.key) : '';
}

function leaf(type: string, drawn: number, key: string): unknown {
  switch (type) {
    case 'Int':
      return Math.floor(drawn * 100);
    case 'Float':
      return drawn;
    case 'Boolean':
      return drawn < 0.5;
    case 'Color':
      return ['RED', 'GREEN', 'BLUE', 'NONE'][Math.floor(drawn * 4)];
    default:
      return drawn < 0.2 ? 42 : key;
  }
}

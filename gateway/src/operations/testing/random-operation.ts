import {
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  isInterfaceType,
  isObjectType,
  isUnionType,
  parse,
  validate,
} from 'graphql';
import type { Random } from './random.ts';

export interface RandomOperation {
  readonly query: string;
  readonly variables: Record<string, unknown>;
}

const ALIASES = ['one', 'two', 'id', 'label', 'f0', 'f1', 'constructor', '__proto__', 'toString'];
const MAX_DEPTH = 4;

/** Generates a valid operation with aliases, fragments, arguments, variables, `@skip` and `@include`. */
export function randomOperation(
  random: Random,
  schema: GraphQLSchema,
  root: 'query' | 'mutation' = 'query',
): RandomOperation {
  for (let aliasing = 0.3; ; aliasing *= 0.8) {
    const writer = new OperationWriter(random, schema, root, aliasing);
    const operation = writer.write();
    // One error is enough: collecting all of them took half the time of the comparisons.
    if (validate(schema, parse(operation.query), undefined, { maxErrors: 1 }).length === 0) return operation;
  }
}

class OperationWriter {
  readonly #random: Random;
  readonly #schema: GraphQLSchema;
  readonly #root: 'query' | 'mutation';
  readonly #aliasing: number;
  readonly #fragments: string[] = [];
  readonly #variables = new Map<string, { declaration: string; value: unknown }>();

  constructor(random: Random, schema: GraphQLSchema, root: 'query' | 'mutation', aliasing: number) {
    this.#root = root;
    this.#random = random;
    this.#schema = schema;
    this.#aliasing = aliasing;
  }

  write(): RandomOperation {
    const root = this.#root === 'query' ? this.#schema.getQueryType() : this.#schema.getMutationType();
    if (!root) throw new Error(`no ${this.#root} type`);
    const selection = this.#selection(root, 0);
    const used = [...this.#variables];
    const declarations = used.map(([name, { declaration }]) => `$${name}: ${declaration}`).join(', ');
    const query = `${this.#root} Random${declarations && `(${declarations})`} ${[selection, ...this.#fragments].join('\n')}`;
    const given = used.filter(([, { value }]) => value !== undefined);
    return { query, variables: Object.fromEntries(given.map(([name, { value }]) => [name, value])) };
  }

  #selection(type: GraphQLCompositeType, depth: number): string {
    const random = this.#random;
    const parts: string[] = [];
    for (let count = random.integer(1, depth > 0 || this.#root === 'mutation' ? 4 : 3); count > 0; count--) {
      const part =
        random.chance(0.25) && (depth > 0 || this.#root === 'mutation')
          ? this.#fragment(type, depth)
          : this.#field(type, depth);
      if (part) parts.push(part);
    }
    return `{ ${parts.length > 0 ? parts.join(' ') : '__typename'} }`;
  }

  #field(type: GraphQLCompositeType, depth: number): string | undefined {
    const random = this.#random;
    if (isUnionType(type) || random.chance(0.1)) return `${this.#alias()}__typename${this.#condition()}`;
    const fields = Object.values(type.getFields()).filter(
      (candidate) => depth < MAX_DEPTH || !isCompositeType(getNamedType(candidate.type)),
    );
    if (fields.length === 0) return undefined;
    const field = random.pick(fields);
    const named = getNamedType(field.type);
    const below = isCompositeType(named) ? ` ${this.#selection(named, depth + 1)}` : '';
    return `${this.#alias()}${field.name}${this.#argument(field)}${this.#condition()}${below}`;
  }

  #alias(): string {
    return this.#random.chance(this.#aliasing) ? `${this.#random.pick(ALIASES)}: ` : '';
  }

  #argument(field: GraphQLField<unknown, unknown>): string {
    if (field.args.length === 0 || this.#random.chance(0.4)) return '';
    if (this.#random.chance(0.5)) return `(x: ${this.#random.integer(1, 3)})`;
    const name = `x${this.#random.integer(1, 3)}`;
    const value = this.#random.chance(0.5) ? this.#random.integer(1, 3) : undefined;
    if (!this.#variables.has(name)) this.#variables.set(name, { declaration: 'Int = 2', value });
    return `(x: $${name})`;
  }

  #condition(): string {
    const random = this.#random;
    if (!random.chance(0.12)) return '';
    const directive = random.pick(['skip', 'include']);
    if (random.chance(0.3)) return ` @${directive}(if: ${random.chance(0.5)})`;
    const name = `is${random.integer(1, 3)}`;
    const value = random.chance(0.7) ? random.chance(0.5) : undefined;
    if (!this.#variables.has(name)) {
      this.#variables.set(name, { declaration: `Boolean! = ${random.chance(0.5)}`, value });
    }
    return ` @${directive}(if: $${name})`;
  }

  #fragment(type: GraphQLCompositeType, depth: number): string {
    const random = this.#random;
    const on = random.pick(this.#overlapping(type));
    const selection = this.#selection(on, depth);
    if (random.chance(0.7))
      return `... ${random.chance(0.2) && on === type ? '' : `on ${on.name}`}${this.#condition()} ${selection}`;
    const name = `Part${this.#fragments.length}`;
    this.#fragments.push(`fragment ${name} on ${on.name} ${selection}`);
    return `...${name}${this.#condition()}`;
  }

  #overlapping(type: GraphQLCompositeType): GraphQLCompositeType[] {
    const possible = isObjectType(type) ? [type] : [...this.#schema.getPossibleTypes(type)];
    const abstract = Object.values(this.#schema.getTypeMap()).filter(
      (candidate) =>
        (isInterfaceType(candidate) || isUnionType(candidate)) &&
        possible.some((object) => this.#schema.isSubType(candidate, object)),
    );
    return [...possible, ...abstract.filter(isCompositeType)];
  }
}

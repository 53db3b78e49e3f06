import type { Random } from '@lockstep/gateway/operations/testing/random.ts';
import {
  type GraphQLCompositeType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isRequiredArgument,
} from 'graphql';
import type { Document, FieldSelection, Selection } from './document.ts';
import { fieldsOf } from './positions.ts';
import { randomValue } from './values.ts';

const ALIASES = 'abcdefghijklmnopqrstuvwxyz';
const INTROSPECTION_CHANCE = 0.05;

/** Generates parts of operations on a schema. */
export class RandomSelections {
  readonly #random: Random;
  readonly #schema: GraphQLSchema;
  /** Types of the entities that the schema resolves. */
  readonly entities: readonly string[];

  constructor(random: Random, schema: GraphQLSchema) {
    this.#random = random;
    this.#schema = schema;
    const entities = schema.getType('_Entity');
    this.entities = isAbstractType(entities) ? schema.getPossibleTypes(entities).map(({ name }) => name) : [];
  }

  document(): Document {
    const random = this.#random;
    const mutation = random.chance(0.05) ? this.#schema.getMutationType() : undefined;
    const root = mutation ?? this.#schema.getQueryType();
    if (!root) throw new Error('no query type');
    const selections = this.selections(root, random.integer(1, 5));
    return {
      operations: [{ type: mutation ? 'mutation' : 'query', selections }],
      fragments: [],
      variables: {},
      padding: '',
    };
  }

  /** @param depth levels of fields below, at most */
  selections(type: GraphQLCompositeType, depth: number): Selection[] {
    const count = this.#random.integer(1, 3);
    return Array.from({ length: count }, () => this.field(type, depth)).filter((field) => field !== undefined);
  }

  /** Returns undefined if the type has no field that ends within the depth. */
  field(type: GraphQLCompositeType, depth: number): FieldSelection | undefined {
    const random = this.#random;
    const fields = fieldsOf(this.#schema, type).filter(
      ({ name, type }) =>
        (depth > 0 || !isCompositeType(getNamedType(type))) &&
        (!name.startsWith('__') || random.chance(INTROSPECTION_CHANCE)),
    );
    if (fields.length === 0)
      return random.chance(0.5) ? { kind: 'field', name: '__typename', args: {}, conditions: [] } : undefined;
    const field = random.pick(fields);
    const below = getNamedType(field.type);
    const args = field.args.filter((argument) => isRequiredArgument(argument) || random.chance(0.6));
    return {
      kind: 'field',
      ...(random.chance(0.2) && { alias: this.alias() }),
      name: field.name,
      args: Object.fromEntries(
        args.map((argument) => [argument.name, randomValue(random, argument, { entities: this.entities })]),
      ),
      conditions: [],
      ...(isCompositeType(below) && { selections: this.selections(below, depth - 1) }),
    };
  }

  alias(): string {
    const random = this.#random;
    const letters = [...ALIASES];
    if (random.chance(0.02)) return random.pick(letters).repeat(random.pick([20, 200]));
    return random.chance(0.7) ? random.pick(letters) : `${random.pick(letters)}${random.pick(letters)}`;
  }
}

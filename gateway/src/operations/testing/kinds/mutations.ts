import type { FieldResolver } from '../monolith.ts';
import { hash, type Random } from '../random.ts';
import { argument, COLOR, leafFields, wrapped } from '../random-types.ts';
import { instancesOf, RandomValues } from '../random-values.ts';
import { requiring } from '../required-values.ts';
import type { Kind } from './kind.ts';

const ENTITIES = ['Cup', 'Dish'];

/** Mutations that change what every field of every subgraph returns, with entities of other subgraphs below them. */
export const mutations: Kind = {
  root: 'mutation',
  draw(random, seed) {
    const names = ['a', 'b', 'c'].slice(0, random.integer(2, 3));
    const required = `${random.pick(names.slice(1))}Text0`;
    let state = 0;
    const values = new RandomValues(seed, {
      data: Object.fromEntries(ENTITIES.map((name) => [name, instancesOf(name)])),
      isReliable: (fieldName) => fieldName === required,
      state: () => state,
    });
    const mutate: FieldResolver = (parent, args, context, info) => {
      state = Math.floor(hash(`${seed} ${state} ${info.fieldName} ${JSON.stringify(args)}`) * 1e6);
      return values.resolve(parent, args, context, info);
    };
    const fields = names.flatMap(mutationNames);
    return {
      subgraphs: Object.fromEntries(names.map((name) => [name, sdl(random, name, required)])),
      data: Object.fromEntries(ENTITIES.map((name) => [name, instancesOf(name)])),
      resolvers: {
        Mutation: Object.fromEntries(fields.map((name) => [name, mutate])),
        Cup: { report: requiring(required) },
      },
      fallback: values.resolve,
      reset: () => {
        state = 0;
      },
    };
  },
};

function mutationNames(subgraph: string): string[] {
  return ['Add', 'Cup', 'Dish', 'Box', 'Again'].map((name) => `${subgraph}${name}`);
}

function sdl(random: Random, name: string, required: string): string {
  const cup = random.chance(0.3) ? 'Cup!' : wrapped(random, 'Cup');
  const isElsewhere = !required.startsWith(name);
  const report = name === 'a' ? `report: String @requires(fields: "${required}") ${required}: String @external` : '';
  return `
    ${COLOR}
    type Query { ${name}Now: Int ${name}First: ${wrapped(random, 'Dish')} }
    type Mutation {
      ${name}Add${argument(random)}: Int ${name}Cup(x: Int = 3): ${cup} ${name}Dish: ${wrapped(random, 'Dish')}
      ${name}Box: Box ${name}Again: Query
    }
    type Box @shareable { cup: Cup dish: Dish }
    type Cup @key(fields: "id") {
      id: ID! ${name}Dish: ${wrapped(random, 'Dish')} ${leafFields(random, `${name}Cup`, 2).join(' ')}
      ${isElsewhere ? '' : `${required}: String`} ${report}
    }
    type Dish @key(fields: "id") {
      id: ID! ${name}Cup: ${wrapped(random, 'Cup')} ${leafFields(random, `${name}Dish`, 2).join(' ')}
    }`;
}

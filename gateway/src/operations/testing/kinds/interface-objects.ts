import type { Random } from '../random.ts';
import { argument, COLOR, leafFields, leafType, wrapped } from '../random-types.ts';
import { instancesOf, RandomValues } from '../random-values.ts';
import { requiring } from '../required-values.ts';
import type { Kind } from './kind.ts';

/** Several `@interfaceObject`s of one interface, with `@requires` between them, beside fields of the types behind it. */
export const interfaceObjects: Kind = {
  draw(random, seed) {
    const types = ['Oak', 'Pine', 'Quince'].slice(0, random.integer(1, 3));
    const data = Object.fromEntries(types.map((name) => [name, instancesOf(name)]));
    const isReliable = (fieldName: string) => fieldName === 'b0' || fieldName === 'label';
    const membersOf = (name: string) => (name === 'Tree' || name === 'Any' ? types : undefined);
    const values = new RandomValues(seed, { data, membersOf, isReliable });
    const b0 = `b0${random.chance(0.4) ? '(x: Int = 3)' : ''}: ${leafType(random)}`;
    return {
      subgraphs: {
        a: ownerSdl(random, types),
        b: `
          ${COLOR}
          type Query { bTrees: ${wrapped(random, 'Tree')} bTree(x: Int = 3): Tree bBox: BBox }
          type BBox { tree: Tree trees: ${wrapped(random, 'Tree')} }
          type Tree @interfaceObject @key(fields: "id") {
            id: ID! ${b0} b1: ${leafType(random)} bNext: ${wrapped(random, 'Tree')} bBox: BBox
          }`,
        c: `
          ${COLOR}
          type Query { cTrees: ${wrapped(random, 'Tree')} }
          type Tree @interfaceObject @key(fields: "id") {
            id: ID! ${b0} @external label: String @external ${leafFields(random, 'c', 2).join(' ')} cNext: Tree
            cText${argument(random)}: String @requires(fields: "b0 label")
          }`,
        d: types.map((type) => typeSdl(random, type, b0)).join('\n'),
      },
      data,
      resolvers: {
        Tree: { cText: requiring('b0 label') },
        ...Object.fromEntries(types.map((type) => [type, { [`${type}Text`]: requiring('label') }])),
      },
      fallback: values.resolve,
    };
  },
};

function ownerSdl(random: Random, types: readonly string[]): string {
  const own = types.map((type) => {
    return `type ${type} implements Tree @key(fields: "id") { id: ID! label: String ${leafFields(random, `a${type}`, 1).join(' ')} a${type}Next: Tree }`;
  });
  return `
    ${COLOR}
    type Query { aTrees: ${wrapped(random, 'Tree')} aAny: ${wrapped(random, 'Any')} aFirst: ${types[0]} }
    interface Tree @key(fields: "id") { id: ID! label: String }
    union Any = ${types.join(' | ')}
    ${own.join('\n    ')}`;
}

function typeSdl(random: Random, type: string, _b0: string): string {
  return `${type === 'Oak' ? `${COLOR} type Query { dOak: Oak }` : ''}
    type ${type} @key(fields: "id") {
      id: ID! label: String @external ${type}Text: String @requires(fields: "label") ${leafFields(random, `d${type}`, 2).join(' ')}
    }`;
}

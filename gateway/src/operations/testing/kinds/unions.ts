import type { Random } from '../random.ts';
import { COLOR, leafFields, wrapped } from '../random-types.ts';
import { instancesOf, RandomValues } from '../random-values.ts';
import type { Kind } from './kind.ts';

const ENTITIES = ['Ant', 'Bee', 'Cow'];
const VALUES = ['Dot', 'Egg'];

/** Unions and interfaces of which each subgraph knows some members, entities and value types. */
export const unions: Kind = {
  draw(random, seed) {
    const names = ['a', 'b', 'c'].slice(0, random.integer(2, 3));
    const members = new Map(names.map((name) => [name, random.some([...ENTITIES, ...VALUES])]));
    const fields = Object.fromEntries([...ENTITIES, ...VALUES].map((type) => [type, drawFields(random, type)]));
    const data = Object.fromEntries(ENTITIES.map((name) => [name, instancesOf(name)]));
    // The first letter of a field is the subgraph that has it, and so decides about its types.
    const membersOf = (typeName: string, fieldName: string) =>
      typeName === 'Any' || typeName === 'Named' ? members.get(fieldName.charAt(0)) : undefined;
    const values = new RandomValues(seed, { data, membersOf });
    return {
      subgraphs: Object.fromEntries(
        [...members].map(([name, ofName]) => [name, sdl(random, name, { members: ofName, fields })]),
      ),
      data,
      fallback: values.resolve,
    };
  },
};

type Fields = Readonly<Record<string, string>>;

function drawFields(random: Random, type: string): string {
  return `label: String ${leafFields(random, type.toLowerCase(), 2).join(' ')}`;
}

function sdl(
  random: Random,
  name: string,
  { members, fields }: { members: readonly string[]; fields: Fields },
): string {
  const target = () => wrapped(random, random.pick(['Any', 'Any', 'Named', ...members]));
  const isEntity = (type: string) => ENTITIES.includes(type);
  const others = ENTITIES.filter((type) => !members.includes(type) && random.chance(0.4));
  const entity = (type: string, implemented: string) =>
    `type ${type}${implemented} @key(fields: "id") { id: ID! label: String @shareable ${leafFields(random, `${name}${type}`, 2).join(' ')} ${name}${type}: ${target()} }`;
  const value = (type: string) => `type ${type} implements Named @shareable { ${fields[type]} }`;
  return `
    ${COLOR}
    type Query { ${name}0: ${target()} ${name}1(x: Int = 3): ${target()} ${name}Any: [Any] ${name}Named: [Named!] }
    interface Named { label: String }
    union Any = ${members.join(' | ')}
    ${members.map((type) => (isEntity(type) ? entity(type, ' implements Named') : value(type))).join('\n    ')}
    ${others.map((type) => entity(type, '')).join('\n    ')}`;
}

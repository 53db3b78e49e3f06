import { Kind as NodeKind, type SelectionSetNode } from 'graphql';
import type { Random } from '../random.ts';
import { argument, COLOR, leafType } from '../random-types.ts';
import { instancesOf, RandomValues } from '../random-values.ts';
import { fieldSet, requiring } from '../required-values.ts';
import type { Kind } from './kind.ts';

const MEMBERS: Readonly<Record<string, readonly string[]>> = { Shape: ['Square', 'Circle'], Any: ['Square', 'Circle'] };

/** Parts of a `@requires`, by the field of Item that they begin with. */
const FIELD_SETS: Readonly<Record<string, readonly string[]>> = {
  f0: ['f0', 'f0(x: 2)'],
  size: ['size { v0 }', 'size { v0 v1 }', 'size { v1(x: 1) }', 'size { inner { w0 } }'],
  parts: ['parts { w0 }', 'parts { w0 w1 }'],
  shape: ['shape { s0 }', 'shape { __typename ... on Square { q0 } }', 'shape { __typename s0 ... on Circle { c0 } }'],
  any: ['any { __typename ... on Square { q0 } ... on Circle { s0 c0 } }'],
  friend: ['friend { name }', 'friend { id }', 'friend { size { v0 } }'],
  friends: ['friends { name }'],
};

/** Definitions of fields by type and name. */
type Fields = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** `@requires` through value types, lists, interfaces, unions and other entities, with and without arguments. */
export const requires: Kind = {
  draw(random, seed) {
    const fields = drawFields(random);
    const required = Object.fromEntries([0, 1, 2].map((index) => [`r${index}`, drawRequired(random)]));
    const data = { Item: instancesOf('Item'), Friend: instancesOf('Friend') };
    const values = new RandomValues(seed, { data, membersOf: (name) => MEMBERS[name], isReliable: () => true });
    const third = random.chance(0.5) ? random.some(Object.keys(fields.Item ?? {})) : [];
    const style = random.pick(['shared', 'external', 'partly'] as const);
    return {
      subgraphs: {
        a: ownerSdl(fields, (name) => !third.includes(name), style),
        b: requirerSdl(fields, required, style),
        ...(third.length > 0 && { c: thirdSdl(fields, (name) => third.includes(name), style) }),
      },
      data,
      resolvers: {
        Item: Object.fromEntries(Object.entries(required).map(([name, text]) => [name, requiring(text)])),
      },
      fallback: values.resolve,
    };
  },
};

function drawFields(random: Random): Fields {
  const leaf = (name: string, args = argument(random)) => `${name}${args}: ${leafType(random)}`;
  const list = (type: string) => random.pick([`[${type}]`, `[${type}!]`, `[${type}!]!`, `[[${type}]]`]);
  const single = (type: string) => random.pick([type, type, `${type}!`]);
  const s0 = leaf('s0', '');
  return {
    Item: {
      f0: leaf('f0', '(x: Int = 3)'),
      size: `size: ${single('Size')}`,
      parts: `parts: ${list('Part')}`,
      shape: `shape: ${random.chance(0.4) ? list('Shape') : single('Shape')}`,
      any: `any: ${random.chance(0.4) ? list('Any') : single('Any')}`,
      friend: `friend: ${single('Friend')}`,
      friends: `friends: ${list('Friend')}`,
    },
    Friend: { name: leaf('name', ''), size: `size: ${single('Size')}` },
    Size: { v0: leaf('v0', ''), v1: leaf('v1', '(x: Int = 3)'), inner: `inner: ${single('Part')}` },
    Part: { w0: leaf('w0'), w1: leaf('w1', '') },
    Shape: { s0 },
    Square: { s0, q0: leaf('q0', '') },
    Circle: { s0, c0: leaf('c0', '') },
  };
}

function drawRequired(random: Random): string {
  const names = random.some(Object.keys(FIELD_SETS)).slice(0, 2);
  return names.map((name) => random.pick(FIELD_SETS[name] ?? [])).join(' ');
}

/**
 * How the requiring subgraph has value types: with all their fields, with external ones only, or so that it resolves
 * `Item.size` itself without knowing all fields below it.
 */
type Style = 'shared' | 'external' | 'partly';

function ownerSdl(fields: Fields, owns: (name: string) => boolean, style: Style): string {
  return `
    ${COLOR}
    type Query { items: [Item] item(x: Int = 3): Item squares: [Shape] }
    type Item @key(fields: "id") { id: ID! ${itemFields(fields, owns, style)} }
    type Friend @key(fields: "id") { id: ID! ${fields.Friend?.name} ${fields.Friend?.size} best: Item }
    ${sharedValues(fields)}`;
}

function thirdSdl(fields: Fields, owns: (name: string) => boolean, style: Style): string {
  return `
    ${COLOR}
    type Item @key(fields: "id") { id: ID! ${itemFields(fields, owns, style)} }
    type Friend @key(fields: "id") { id: ID! c0: Int }
    ${sharedValues(fields)}`;
}

function itemFields(fields: Fields, owns: (name: string) => boolean, style: Style): string {
  const own = Object.entries(fields.Item ?? {}).filter(([name]) => owns(name));
  return own.map(([name, sdl]) => (name === 'size' && style === 'partly' ? `${sdl} @shareable` : sdl)).join(' ');
}

function sharedValues(fields: Fields): string {
  const all = (type: string) => Object.values(fields[type] ?? {}).map((sdl) => `${sdl} @shareable`);
  return valueTypes(all, fields.Shape?.s0 ?? '');
}

function requirerSdl(fields: Fields, required: Readonly<Record<string, string>>, style: Style): string {
  const used = new Map<string, Set<string>>();
  for (const text of Object.values(required)) noteUses(fields, 'Item', fieldSet(text), used);
  const external = (type: string) =>
    [...(used.get(type) ?? [])]
      .filter((name) => name !== 'id' && name !== '__typename')
      .map((name) => {
        const isResolved = style === 'partly' && type === 'Item' && name === 'size';
        return `${fields[type]?.[name]} ${isResolved ? '@shareable' : '@external'}`;
      });
  if (['Shape', 'Square', 'Circle'].some((type) => used.has(type))) {
    // An interface makes its implementations have its fields.
    for (const type of ['Square', 'Circle']) used.set(type, new Set(['s0', ...(used.get(type) ?? [])]));
  }
  const own = Object.entries(required).map(([name, text]) => `${name}: String @requires(fields: "${text}")`);
  return `
    ${COLOR}
    type Query { fromB: [Item] }
    type Item @key(fields: "id") { id: ID! b0: Int ${external('Item').join(' ')} ${own.join(' ')} }
    type Friend @key(fields: "id") { id: ID! ${external('Friend').join(' ')} b1: String }
    ${style === 'shared' ? sharedValues(fields) : valueTypes(external, fields.Shape?.s0 ?? '')}`;
}

/** Notes the fields that a field set selects, by type. */
function noteUses(
  fields: Fields,
  type: string,
  { selections }: SelectionSetNode,
  used: Map<string, Set<string>>,
): void {
  const names = used.get(type) ?? new Set();
  used.set(type, names);
  for (const selection of selections) {
    if (selection.kind === NodeKind.INLINE_FRAGMENT) {
      noteUses(fields, selection.typeCondition?.name.value ?? type, selection.selectionSet, used);
    }
    if (selection.kind !== NodeKind.FIELD) continue;
    names.add(selection.name.value);
    const below = /: \[*(\w+)/.exec(fields[type]?.[selection.name.value] ?? '')?.[1];
    if (below && selection.selectionSet) noteUses(fields, below, selection.selectionSet, used);
  }
}

/** Writes the value types of which there are fields. */
function valueTypes(fieldsOf: (type: string) => readonly string[], shape: string): string {
  const write = (type: string, implemented = '') => {
    const fields = [...new Set(fieldsOf(type))];
    return fields.length > 0 ? `type ${type}${implemented} { ${fields.join(' ')} }` : '';
  };
  const shapes = ['Square', 'Circle'].map((type) => write(type, ' implements Shape'));
  const isUsed = shapes.every((sdl) => sdl !== '');
  return [
    write('Size'),
    write('Part'),
    ...(isUsed ? [...shapes, `interface Shape { ${shape} }`, 'union Any = Square | Circle'] : []),
  ].join('\n    ');
}

import type { Random } from '@lockstep/gateway/operations/testing/random.ts';

/** A text inserted into the JSON as it is, which `JSON.stringify` would not write. */
class Raw {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

const KEYS = [
  '',
  '__proto__',
  'constructor',
  'toString',
  'query',
  'variables',
  '__typename',
  'id',
  '\u0000',
  '\ud800',
  '0',
];

const STRANGERS: readonly unknown[] = [
  ...[null, true, false, 0, -1, 1.5, 1e300, 2 ** 31, 2 ** 53, '', ' ', '1', 'null', '-1', '1e3', '٣', '10.505', 'NaN'],
  ...[
    '\u0000',
    '\ud800',
    '\udfff\ud800',
    '\u202e',
    '😀',
    "'; drop table users; --",
    '%00',
    '<script>',
    'x'.repeat(5000),
  ],
  ...[
    [],
    {},
    [[]],
    [null],
    [[1, 2], [3]],
    { id: 1 },
    { toString: 1 },
    { constructor: { prototype: {} } },
    { length: -1 },
  ],
  ...[{ __typename: 'Query' }, { __typename: 'Nothing', id: 1 }, [{ __typename: [] }], { valueOf: 1 }, { toJSON: 'x' }],
  ...[new Raw('1e999'), new Raw('-0'), new Raw('9'.repeat(1000)), new Raw('0.1e-999'), new Raw('"\\ud800"')],
  ...[new Raw('{"__proto__":{"polluted":1}}'), new Raw('{"a":1,"a":2}'), new Raw('01')],
  ...[nested('[', ']', 100), nested('[', ']', 499), nested('[', ']', 20_000), nested('{"a":', '}', 5000)],
];

/** Returns the JSON of a value with one part replaced, removed, renamed or duplicated. */
export function mutateJson(value: unknown, random: Random): string {
  const copy: unknown = structuredClone(value);
  const holders: object[] = [];
  collectHolders(copy, holders);
  if (holders.length === 0 || random.chance(0.02)) return write(random.pick(STRANGERS));
  for (let change = random.pick([1, 1, 2, 3]); change > 0; change -= 1) mutateHolder(random.pick(holders), random);
  return write(copy);
}

function collectHolders(value: unknown, holders: object[]): void {
  if (typeof value !== 'object' || value === null) return;
  holders.push(value);
  for (const inner of Object.values(value)) collectHolders(inner, holders);
}

function mutateHolder(holder: object, random: Random): void {
  const stranger = random.pick(STRANGERS);
  if (Array.isArray(holder)) {
    const at = random.integer(0, holder.length);
    const [removed, added] = random.pick([
      [1, [stranger]],
      [0, [stranger]],
      [1, []],
      [0, Array(300).fill(stranger)],
    ] as const);
    holder.splice(at, removed, ...added);
    return;
  }
  const keys = Object.keys(holder);
  const key = keys.length > 0 ? random.pick(keys) : 'x';
  const old: unknown = Reflect.get(holder, key);
  const kind = random.next();
  if (kind < 0.5) define(holder, key, stranger);
  else if (kind < 0.65) define(holder, key, [old]);
  else if (kind < 0.8) define(holder, random.pick(KEYS), stranger);
  else Reflect.deleteProperty(holder, key);
  if (kind > 0.9) define(holder, random.pick(KEYS), old);
}

/** Sets a key, even one that would set the prototype. */
function define(holder: object, key: string, value: unknown): void {
  Object.defineProperty(holder, key, { value, enumerable: true, configurable: true, writable: true });
}

function write(value: unknown): string {
  if (value instanceof Raw) return value.text;
  if (Array.isArray(value)) return `[${value.map(write).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  return `{${Object.entries(value)
    .map(([key, inner]) => `${JSON.stringify(key)}:${write(inner)}`)
    .join(',')}}`;
}

function nested(open: string, close: string, depth: number): Raw {
  return new Raw(`${open.repeat(depth)}1${close.repeat(depth)}`);
}

import type { Random } from '@lockstep/gateway/operations/testing/random.ts';

const TOKEN = /"""[\s\S]*?"""|"(?:[^"\\]|\\.)*"|\.\.\.|[$@]?\w+(?:\.\d+)?|[^\s\w]/g;

/** Fragments of documents, valid and invalid. */
const STRANGERS = [
  ...['{', '}', '(', ')', '[', ']', ':', '!', '=', '|', '&', '@', '$', '...', '"', '"""', '\\', '#', ',', ';', '%'],
  ...['query', 'mutation', 'subscription', 'fragment', 'on', 'type', 'schema', 'extend', 'null', 'true', 'Query', 'ID'],
  ...[
    '__typename',
    '__schema',
    '__type',
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
    '_service',
    '_entities',
  ],
  ...[
    '@skip(if: true)',
    '@include(if: $x)',
    '@defer',
    '@stream',
    '@deprecated',
    '@skip',
    '@oneOf',
    '$x',
    '$id',
    '$first',
  ],
  ...['0', '-1', '1.5', '1e999', '2147483648', '-0', '00', '9'.repeat(400), '"\\ud800"', '"\\u0000"', '"\\u{110000}"'],
  ...[
    '[[[[[[[[[[1]]]]]]]]]]',
    '{ a: { a: { a: [] } } }',
    '{ __proto__: 1 }',
    'PENDING',
    '\u0000',
    '\ufeff',
    '\ud83d',
    '😀',
  ],
  ...['a: users { id }', '... on User { id }', '... { id }', '...F', 'fragment F on Query { ...F }', '[ '.repeat(40)],
] as const;

type Change = (tokens: string[], at: number, random: Random) => void;

const CHANGES: readonly Change[] = [
  (tokens, at) => void tokens.splice(at, 1),
  (tokens, at) => void tokens.splice(at, 0, tokens[at] ?? ''),
  (tokens, at, random) => void tokens.splice(at, 1, random.pick(STRANGERS)),
  (tokens, at, random) => void tokens.splice(at, 0, random.pick(STRANGERS)),
  (tokens, at, random) => {
    const other = random.integer(0, tokens.length - 1);
    [tokens[at], tokens[other]] = [tokens[other] ?? '', tokens[at] ?? ''];
  },
  (tokens, at, random) => {
    const part = tokens.slice(at, at + random.integer(1, 8));
    const times = random.pick([2, 5, 40, 600]);
    tokens.splice(at, 0, ...Array.from({ length: times }, () => part).flat());
  },
  (tokens, at) => void tokens.splice(at),
  (tokens, at, random) => {
    const depth = random.pick([3, 100, 490, 3000]);
    tokens.splice(at, 1, ...Array(depth).fill('['), tokens[at] ?? '', ...Array(depth).fill(']'));
  },
];

/** Returns a mutated document, which is mostly invalid. */
export function mutateDocument(text: string, random: Random): string {
  const tokens = text.match(TOKEN) ?? [];
  for (let change = random.pick([1, 1, 1, 2, 3]); change > 0 && tokens.length > 0; change -= 1) {
    random.pick(CHANGES)(tokens, random.integer(0, tokens.length - 1), random);
  }
  return tokens.join(' ');
}

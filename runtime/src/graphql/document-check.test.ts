import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { buildSchema, getIntrospectionQuery, parse, validate } from 'graphql';
import { RefusedRequestError } from '../refused-request-error.ts';
import { checkDocument, type DocumentLimits } from './document-check.ts';
import { measureDocument } from './document-measures.ts';

const LIMITS: DocumentLimits = { maxTokens: 1000, maxDepth: 3, maxAliases: 2, maxRootFields: 3, maxDirectives: 2 };

function measure(text: string) {
  return measureDocument(parse(text), 1000).operations;
}

function refusalOf(text: string, limits = LIMITS): string | undefined {
  try {
    checkDocument(text, limits);
    return undefined;
  } catch (error) {
    assert.ok(error instanceof RefusedRequestError);
    return `${error.extensions.limit ?? error.code} ${error.extensions.found ?? ''}`.trim();
  }
}

describe('the measures of an operation', () => {
  test('count fragments wherever they are spread', () => {
    const text =
      '{ x: a { ...F } ...G b { ...F } } fragment F on A { y: a { z: a } } fragment G on Query { a @skip(if: $s) ...F }';
    assert.deepEqual(measure(text), [{ depth: 3, aliases: 1 + 3 * 2, rootFields: 4, directives: 1 }]);
  });

  test('count directives of every kind', () => {
    const text = 'query ($s: Int @d) @d { a @d ... @d { b } ...F @d } fragment F on Query @d { c @d }';
    assert.deepEqual(measure(text)[0]?.directives, 7);
  });

  test('are separate for each operation', () => {
    const depths = measure('query A { a } query B { a { a } } fragment F on A { a { a { a } } }').map(
      ({ depth }) => depth,
    );
    assert.deepEqual(depths, [1, 2]);
  });

  test('count introspection like all else', () => {
    const schema = '__schema { types { fields { name } } }';
    assert.equal(measure(`{ ${schema} }`)[0]?.depth, 4);
    assert.equal(measure(`{ ...F } fragment F on Query { __type { fields { name } } a { b } }`)[0]?.depth, 3);
    assert.equal(measure(getIntrospectionQuery({ inputValueDeprecation: true }))[0]?.depth, 15); // the default of max_depth
    assert.equal(measure(`{ a { ${schema} } }`)[0]?.depth, 5);
  });

  test('exist for documents with missing or circular fragments', () => {
    assert.equal(measure('{ a { ...Missing } }')[0]?.depth, 1);
    assert.equal(measure('{ ...A } fragment A on Q { a ...B } fragment B on Q { b ...A }')[0]?.rootFields, 2);
    assert.deepEqual(measure('fragment A on Q { a ...B } fragment B on Q { b ...A }'), []);
  });
});

const CHECKS: [name: string, text: string, refusal: string | undefined][] = [
  ['at every limit', '{ a @d { x: a { y: a @d } } b c }', undefined],
  ['over max_depth', '{ a { a { a { a } } } }', 'max_depth 4'],
  ['over max_aliases', '{ x: a y: a z: a }', 'max_aliases 3'],
  ['over max_root_fields', '{ a b c d }', 'max_root_fields 4'],
  ['over max_directives', '{ a @d @d @d }', 'max_directives 3'],
  ['the second operation', 'query A { a } query B { a b c d }', 'max_root_fields 4'],
  ['at 1,000 tokens', `{ a { ${'b '.repeat(995)}} }`, 'repeated_fields 989030'],
  ['over 1,000 tokens', `{ a { ${'b '.repeat(996)}} }`, 'parser_max_tokens 1001'],
  ['comments are no tokens', `{ a } ${'# b\n'.repeat(1000)}`, undefined],
  ['brackets in each other', `{ a(x: ${'['.repeat(500)}`, 'parser_max_recursion 501'],
  ['brackets beside each other', `{ a(x: [${'[] '.repeat(300)}]) }`, undefined],
  ['the name __proto__', '{ a { __proto__ } }', 'BAD_USER_INPUT'],
  ['the text __proto__', '{ a(x: "__proto__") }', undefined],
  ['what is no document', '{ a', undefined],
  ['what has no tokens', '\u0000', undefined],
  [
    'arguments that take long to compare',
    `{ a { ${`b(x: "${'x'.repeat(2000)}") `.repeat(30)}} }`,
    'repeated_fields 110490',
  ],
];

describe('checkDocument', () => {
  for (const [name, text, refusal] of CHECKS) test(name, () => assert.equal(refusalOf(text), refusal));

  test('rejects fragments that spread to too many selections', () => {
    const fragments = (count: number) =>
      Array.from({ length: count }, (_, i) => `fragment F${i} on A { ...F${i + 1} ...F${i + 1} }`).join(' ');
    assert.equal(refusalOf(`{ a { ...F0 } } ${fragments(5)} fragment F5 on A { a }`), undefined);
    assert.equal(refusalOf(`{ a { ...F0 } } ${fragments(30)} fragment F30 on A { a }`), 'spread_selections 1001');
  });

  test('rejects fragments nested deeper than the stack', () => {
    const chain = Array.from({ length: 600 }, (_, i) => `fragment F${i} on A { ...F${i + 1} }`).join(' ');
    assert.equal(refusalOf(`{ a { ...F0 } } ${chain}`, { maxTokens: 10_000 }), 'parser_max_recursion 501');
  });

  test('reports violations with warnOnly, and still rejects documents that take too long to validate', () => {
    const warnOnly = { ...LIMITS, warnOnly: true };
    const { violation } = checkDocument('{ a b c d }', warnOnly);
    assert.deepEqual(violation, { limit: 'max_root_fields', found: 4, allowed: 3 });
    assert.equal(refusalOf(`{ ${'a '.repeat(500)}}`, warnOnly), 'repeated_fields 249500');
  });
});

test('validates accepted documents quickly, whatever they repeat', () => {
  const schema = buildSchema('type Query { a(x: [Int]): Query }');
  const limits = { maxTokens: 15_000 };
  const repeated = [
    `{ ${'a { a } '.repeat(150)} }`,
    `{ ${`a(x: [${'1 '.repeat(60)}]) `.repeat(70)} }`,
    `{ ${'...F '.repeat(70)} } fragment F on Query { a { a } a { a } }`,
  ];
  for (const text of repeated) {
    assert.equal(refusalOf(text, limits), undefined);
    const start = performance.now();
    validate(schema, parse(text));
    const ms = performance.now() - start;
    assert.ok(ms < 1000, `${text.slice(0, 40)}: ${ms} ms`);
  }
});

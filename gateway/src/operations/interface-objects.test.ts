import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { assertSame } from './testing/assert-same.ts';
import { Federation } from './testing/federation.ts';
import { requiring } from './testing/required-values.ts';

const OAKS = [0, 1].map((number) => ({ __typename: 'Oak', id: `oak ${number}`, label: `Oak ${number}` }));
const PINES = [0, 1].map((number) => ({ __typename: 'Pine', id: `pine ${number}`, label: `Pine ${number}` }));
const TREES = [OAKS[0], PINES[0], OAKS[1], PINES[1]];

const forest = new Federation({
  subgraphs: {
    owner: `
      type Query { known: [Tree] any: [Any] oak: Oak }
      interface Named { label: String }
      interface Tree implements Named @key(fields: "id") { id: ID! label: String }
      type Oak implements Tree & Named @key(fields: "id") { id: ID! label: String acorns: Int next: Tree }
      type Pine implements Tree & Named @key(fields: "id") { id: ID! label: String cones: Int }
      union Any = Oak | Pine`,
    sizes: `
      type Query { trees: [Tree] box: Box }
      type Box { trees: [Tree] }
      type Tree @interfaceObject @key(fields: "id") { id: ID! height: Int neighbour: Tree box: Box broken: Int }`,
    texts: `
      type Query { now: Int }
      type Tree @interfaceObject @key(fields: "id") {
        id: ID! height: Int @external label: String @external text: String @requires(fields: "height label") alone: Int!
      }`,
  },
  data: { Oak: OAKS, Pine: PINES },
  resolvers: {
    Query: { known: () => TREES, any: () => TREES, trees: () => TREES, oak: () => OAKS[0], box: () => ({}) },
    Box: { trees: () => TREES },
    Oak: { acorns: () => 7, next: () => PINES[1] },
    Pine: { cones: () => 9 },
    Tree: {
      text: requiring('height label'),
      height: ({ id }) => String(id).length,
      neighbour: ({ id }) => (String(id).startsWith('oak') ? PINES[0] : OAKS[0]),
      box: () => ({}),
      broken: () => new Error('broken'),
      alone: ({ id }) => (String(id).startsWith('oak') ? 1 : new Error('no oak')),
    },
  },
});

describe('a selection on some types of an interface object', () => {
  for (const query of [
    '{ trees { ... on Pine { text } } }',
    '{ trees { ... on Pine { text height } ... on Oak { text label acorns } } }',
    '{ trees { height ... on Oak { neighbour { ... on Pine { text cones } ... on Oak { label } } } } }',
    '{ known { ... on Oak { text next { ... on Pine { text } } } } any { ... on Tree { ... on Oak { text } } } }',
    '{ trees { ... on Any { __typename } ... on Named { label ... on Oak { text } } } }',
    '{ trees { ... on Any { ... on Tree { text ... on Oak { ... on Any { ... on Pine { text } } acorns } } } } }',
    '{ oak { ... on Tree { ... on Oak { text } ... on Pine { text } } } }',
    'query ($no: Boolean = false) { trees { ... on Oak { text @include(if: $no) } text } }',
    'query ($no: Boolean = false) { trees { ... on Oak @include(if: $no) { text } } }',
    'query ($no: Boolean = false) { trees { ... on Oak { text } } also: trees @include(if: $no) { ... on Pine { text } } }',
    'query ($yes: Boolean = true) { trees { label ... @include(if: $yes) { text } } }',
    'query ($no: Boolean = false, $yes: Boolean = true) { trees { text @skip(if: $no) ... @include(if: $yes) { text } } }',
    'query ($yes: Boolean = true) { trees { __typename } trees @skip(if: $yes) { ... on Oak { broken } } }',
    '{ known { neighbour { __typename } ... on Oak { neighbour { label } } } }',
    'query ($yes: Boolean = true) { box { trees { ... on Oak @include(if: $yes) { box { trees { ... on Oak { text } } } } } } }',
  ]) {
    test(query, async () => void (await assertSame(forest, query)));
  }

  test('is fetched for these types only', async () => {
    const answer = await assertSame(forest, '{ trees { id ... on Oak { alone text } } }');
    assert.equal(answer.errors, undefined);
    const [, , ...calls] = forest.calls;
    assert.ok(calls.length > 1);
    for (const { subgraph, variables } of calls) {
      const trees = new Set(JSON.stringify(variables).match(/(oak|pine) \d/g));
      assert.deepEqual([...trees], ['oak 0', 'oak 1'], `to ${subgraph}`);
    }
  });

  test('doesn’t wait for other root fields', async () => {
    let oaks = 0;
    forest.tamper = async (answer, { query }) => {
      if (query.includes('known')) while (oaks === 0) await new Promise((resolve) => setImmediate(resolve));
      if (query.includes('text')) oaks += 1;
      return answer;
    };
    await assertSame(forest, '{ known { id } trees { ... on Oak { text } } }').finally(() => {
      forest.tamper = (answer) => answer;
    });
  });
});

test('plans interface objects in a row in little time and memory', async () => {
  const query = '{ known { neighbour { neighbour { neighbour { neighbour { neighbour { text label } } } } } } }';
  const before = process.cpuUsage();
  await assertSame(forest, query);
  assert.ok(process.cpuUsage(before).user < 2_000_000);
});

test('plans many selections on interface objects in little time', async () => {
  const leaves = Array.from({ length: 14 }, (_, index) => `l${index}: height t${index}: label`);
  const query = `{ trees { neighbour { neighbour { neighbour { ${leaves.join(' ')} ... on Oak { text acorns } } } } } }`;
  const before = process.cpuUsage();
  await assertSame(forest, query);
  assert.ok(process.cpuUsage(before).user < 2_000_000);
});

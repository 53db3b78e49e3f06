import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GuardedFederation, type GuardedOptions } from './authorization/testing/guarded-federation.ts';
import { Random } from './testing/random.ts';

const data = { User: [{ __typename: 'User', id: '1', name: 'Ann', plan: 'GOLD', points: 3 }] };

/** `plan` moves from `old` to `young` by one label, `points` by another. */
function moving(label: string, options: Partial<GuardedOptions> = {}): GuardedFederation {
  return new GuardedFederation({
    subgraphs: {
      old: `type Query { user: User other: Int } type User @key(fields: "id") { id: ID! name: String plan: String points: Int }`,
      young: `type User @key(fields: "id") { id: ID! plan: String @override(from: "old", label: "${label}")
        points: Int @override(from: "old", label: "points") }`,
    },
    data,
    resolvers: { Query: { user: () => data.User[0], other: () => 1 } },
    ...options,
  });
}

/** Returns the number of operations in which `young` resolves the plan. */
async function movedOf(graph: GuardedFederation, times: number, query = '{ user { plan } }'): Promise<number> {
  let moved = 0;
  for (let time = 0; time < times; time++) {
    const { data: answer, errors } = await graph.ask(query);
    assert.deepEqual([JSON.stringify(answer).includes('GOLD'), errors], [true, undefined]);
    const resolvedBy = graph.federation.calls.filter((call) => /\bplan\b/.test(call.query));
    assert.equal(resolvedBy.length, 1);
    if (resolvedBy[0]?.subgraph === 'young') moved += 1;
  }
  return moved;
}

test('percent(n) moves that share of the operations', async () => {
  const random = new Random(7);
  const share = (percent: string) => movedOf(moving(`percent(${percent})`, { random: () => random.next() }), 400);
  assert.equal(await share('0'), 0);
  assert.equal(await share('100'), 400);
  const [half, few] = [await share('50'), await share('2.5')];
  assert.ok(half > 150 && half < 250, `${half} of 400`);
  assert.ok(few > 0 && few < 40, `${few} of 400`);
});

test('other labels are asked of the hook, those that the operation may depend on', async () => {
  const asked: unknown[] = [];
  const graph = moving('beta', {
    hooks: {
      labels: (labels, { headers }) => {
        asked.push(labels);
        return { beta: headers['x-beta'] === 'yes', points: false };
      },
    },
  });
  for (const [header, subgraphs] of [
    ['yes', ['old', 'young']],
    ['no', ['old']],
    ['yes', ['old', 'young']],
  ] as const) {
    await graph.ask('{ user { plan } }', { headers: { 'x-beta': header } });
    assert.deepEqual(
      graph.federation.calls.map(({ subgraph }) => subgraph),
      subgraphs,
    );
  }
  assert.deepEqual(asked[0], ['beta', 'points']);
  await graph.ask('{ other }');
  assert.equal(asked.length, 3);
});

test('without a hook, and with one that fails, a label is off', async () => {
  assert.equal(await movedOf(moving('beta'), 1), 0);
  const labels = () => Promise.reject(new Error('down'));
  assert.equal(await movedOf(moving('beta', { hooks: { labels } }), 1), 0);
});

test('a field that moves may be protected', async () => {
  const graph = new GuardedFederation({
    subgraphs: {
      old: `type Query { user: User } type User @key(fields: "id") { id: ID! plan: String @authenticated }`,
      young: `type User @key(fields: "id") { id: ID! plan: String @override(from: "old", label: "percent(100)") }`,
    },
    data,
    resolvers: { Query: { user: () => data.User[0] } },
  });
  const { data: hidden, denied } = await graph.ask('{ user { plan } }');
  assert.deepEqual([hidden?.user, denied?.length], [{ plan: null }, 1]);
  assert.ok(graph.federation.calls.every(({ query }) => !query.includes('plan')));
  const { data: shown } = await graph.ask('{ user { plan } }', { claims: {} });
  assert.deepEqual(shown?.user, { plan: 'GOLD' });
});

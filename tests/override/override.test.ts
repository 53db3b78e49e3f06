import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { ask } from '../harness/client.ts';
import { serveFederatedSubgraph } from '../harness/federated-subgraph.ts';
import { type Afterwards, start, temporaryFolder } from '../harness/graph.ts';
import { replace } from '../harness/supergraph-files.ts';
import { until } from '../harness/waiting.ts';

const LINK = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@override"])`;
const OLD = `${LINK} type Query { user: User } type User @key(fields: "id") { id: ID! plan: String }`;
const young = (label: string) =>
  `${LINK} type User @key(fields: "id") { id: ID! plan: String @override(from: "old", label: "${label}") }`;

/** Starts a gateway over two subgraphs between which `User.plan` moves. Its value names the subgraph. */
async function startMove(t: Afterwards, label: string, settings = '') {
  const folder = await temporaryFolder(t);
  const schema = join(folder, 'young.graphql');
  const supergraph = join(folder, 'supergraph.yaml');
  const reference = ({ id }: { id: string }) => ({ id });
  const [oldUrl, youngUrl] = await Promise.all([
    serveFederatedSubgraph(t, {
      typeDefs: OLD,
      resolvers: { Query: { user: () => ({ id: '1' }) }, User: { __resolveReference: reference, plan: () => 'old' } },
    }),
    serveFederatedSubgraph(t, {
      typeDefs: young(label),
      resolvers: { User: { __resolveReference: reference, plan: () => 'young' } },
    }),
  ]);
  await writeFile(schema, young(label));
  await writeFile(join(folder, 'old.graphql'), OLD);
  await writeFile(
    join(folder, 'labels.ts'),
    `export function activeLabels(labels: string[], { headers }: { headers: Record<string, string> }) {
  return headers['x-beta'] === 'yes' ? labels : [];
}`,
  );
  await writeFile(
    supergraph,
    `subgraphs:
  old: { routing_url: '${oldUrl}', schema: { file: ./old.graphql } }
  young: { routing_url: '${youngUrl}', schema: { file: ./young.graphql } }
${settings}`,
  );
  const gateway = await start(t, 'gateway', { SUPERGRAPH_FILE: supergraph });
  const planOf = async (headers: Record<string, string> = {}) => {
    const { data, errors } = await ask<{ user: { plan: string } }>(gateway.url, '{ user { plan } }', {}, headers);
    assert.equal(errors, undefined);
    return data?.user.plan;
  };
  return { planOf, relabel: (label: string) => replace(schema, young(label)) };
}

/** Returns how many of the operations get the field from its new subgraph. */
async function movedOf(times: number, planOf: () => Promise<string | undefined>): Promise<number> {
  const plans = await Promise.all(Array.from({ length: times }, () => planOf()));
  return plans.filter((plan) => plan === 'young').length;
}

const { planOf, relabel } = await startMove({ after }, 'beta');

test('moves nothing for a label without a percentage and without a hook', async () => {
  assert.equal(await planOf({ 'x-beta': 'yes' }), 'old');
});

test('moves a field for the percentage of operations in its label, and for all once the label is changed', async () => {
  await relabel('percent(30)');
  await until(
    () => movedOf(10, () => planOf()),
    (seen) => seen > 0,
  );
  const moved = await movedOf(400, () => planOf());
  assert.ok(moved > 60 && moved < 180, `${moved} of 400`); // six standard deviations
  for (const [label, share] of [
    ['percent(100)', 10],
    ['percent(0)', 0],
  ] as const) {
    await relabel(label);
    await until(
      () => movedOf(10, () => planOf()),
      (seen) => seen === share,
    );
    assert.equal(await movedOf(100, () => planOf()), share * 10);
  }
});

test('moves a field for the requests that the hook chooses', async (t) => {
  const { planOf } = await startMove(
    t,
    'beta',
    'gateway:\n  progressive_override: { module: ./labels.ts }\n  traffic_shaping: { deduplicate_query: false }\n',
  );
  assert.deepEqual(
    [
      await planOf({ 'x-beta': 'yes' }),
      await planOf(),
      await planOf({ 'x-beta': 'yes' }),
      await planOf({ 'x-beta': 'no' }),
    ],
    ['young', 'old', 'young', 'old'],
  );
});

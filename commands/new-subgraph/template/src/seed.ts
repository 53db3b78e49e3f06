import type { SeededGraph } from '@lockstep/subgraph-kit/seeded-graph.ts';

const CREATE = `mutation ($name: String!, $idempotencyKey: String!) {
  createSampleItem(name: $name, idempotencyKey: $idempotencyKey) { id }
}`;

/** Fills a graph for `npm run seed`, through its public API. The idempotency keys make it safe to run again. */
export async function seed({ get }: SeededGraph): Promise<void> {
  for (const name of ['First', 'Second', 'Third']) await get(CREATE, { name, idempotencyKey: `seed/${name}` });
}

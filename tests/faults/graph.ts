import { after } from 'node:test';
import { get } from '../harness/client.ts';
import { startGraph } from '../harness/graph.ts';
import { deleteRows } from '../harness/rows.ts';

/** The graph that the files of faults.test.ts share. */
export const graph = await startGraph({ after }, { only: ['users', 'orders'] });

/** Number of calls by which a circuit breaker decides. */
const BREAKER_CALLS = 20;

/** Ends all faults, empties the databases, and makes the circuit breakers forget what failed. */
export async function beginAnew(): Promise<void> {
  const { usersProxy, ordersProxy, verificationProxy } = graph;
  for (const proxy of [usersProxy, ordersProxy, verificationProxy]) proxy.behaviour = 'pass';
  for (const name of ['users', 'orders']) deleteRows(graph.databaseOf(name));
  for (let call = 0; call < BREAKER_CALLS; call += 1) await get(graph.url, '{ users { id } orders { id } }');
}

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { send } from '../harness/things.ts';
import { until } from '../harness/waiting.ts';
import { gateway, INVALIDATION, settings, takeCalls, url } from './gateway.ts';

const USUAL = settings(`${INVALIDATION}, subgraph: { all: { private_id: { claim: sub } } }`);

/** Two objects, of which a cost of 1 does not allow the second. */
const QUERY = '{ thing { name } other: thing { id } }';

const configure = (others: string) => gateway.configure({ ...USUAL, gateway: `${USUAL.gateway}, ${others}` });

/** Resolves once the operation is refused with this code. */
async function isRefused(code: string): Promise<void> {
  await until(
    () => send(url, QUERY),
    ({ errors }) => errors?.[0]?.extensions.code === code,
  );
}

test('what comes from the cache counts for the rate limit and the cost as what is fetched does', async () => {
  const thing = { __typename: 'Thing', id: '1' };
  gateway.reply = (subgraph) => ({
    headers: { 'cache-control': 'max-age=600' },
    ...(subgraph === 'things' && { body: { data: { thing, other: thing } } }),
  });
  await send(url, QUERY);
  assert.deepEqual(takeCalls(), { things: 1, names: 1 });
  await configure('demand_control: { enabled: true, max_cost: 1 }');
  await isRefused('OPERATION_LIMIT_EXCEEDED');
  await configure('traffic_shaping: { rate_limit: { capacity: 5, interval: 1m } }');
  await isRefused('RATE_LIMITED');
  assert.deepEqual(takeCalls(), { things: 0, names: 0 }, 'all answers came from the cache');
  await gateway.configure(USUAL);
  await until(
    () => send(url, QUERY),
    ({ errors }) => errors === undefined,
  );
});

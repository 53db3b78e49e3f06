import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { after, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { times } from '../harness/full-count.ts';
import { send, startGateway } from '../harness/things.ts';
import { until } from '../harness/waiting.ts';

const CLIENTS = 8;
const CHANGES = times(10, 4);
/** Between an answer and the next request of a client. */
const PAUSE_MS = times(0, 30);

// Either the schema or the settings deny the count to requests without a token.
const BY_SCHEMA = { isCountGuarded: true };
const BY_SETTINGS = { gateway: 'authorization: { require_authentication: true }' };

const gateway = await startGateway({ after }, BY_SCHEMA);
const { url, configure } = gateway;

/** Resolves once the status is 200, with the field denied, or 401 for the whole request. */
const untilGuarded = (status: number) =>
  until(
    () => send(url, '{ count }'),
    (answer) => answer.status === status,
  );

test('never grants access while a rule moves between the schema and the settings', async () => {
  let isOver = false;
  const seen = new Set<string>();
  const load = Array.from({ length: CLIENTS }, async () => {
    while (!isOver) {
      const { status, data, errors } = await send(url, '{ count }');
      seen.add(`${status} ${JSON.stringify(data)} ${errors.map(({ extensions }) => extensions.code)}`);
      await delay(PAUSE_MS);
    }
  });
  for (let change = 1; change <= CHANGES; change += 1) {
    await configure(change % 2 === 0 ? BY_SCHEMA : BY_SETTINGS);
    await untilGuarded(change % 2 === 0 ? 200 : 401);
  }
  isOver = true;
  await Promise.all(load);
  assert.deepEqual([...seen].toSorted(), ['200 {"count":null} UNAUTHENTICATED', '401 undefined UNAUTHENTICATED']);
  assert.equal(gateway.things.calls.length, 0);
});

test('applies the rules in force at the start of a request that is still being sent', async () => {
  await untilGuarded(200);
  const slow = request(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', expect: '100-continue' },
  });
  slow.flushHeaders();
  await once(slow, 'continue'); // the gateway has started to read it
  await configure(BY_SETTINGS);
  await untilGuarded(401);
  slow.end('{"query":"{ count }"}');
  const [response] = await once(slow, 'response');
  const { data, errors } = JSON.parse(await text(response));
  assert.deepEqual([data, errors.length], [{ count: null }, 1]);
  assert.equal(gateway.things.calls.length, 0);
});

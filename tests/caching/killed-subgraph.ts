import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { configure } from '../harness/supergraph-files.ts';
import { send } from '../harness/things.ts';
import { until } from '../harness/waiting.ts';
import { answerWith, gateway, THING, takeCalls, url } from './gateway.ts';

const FRESH_S = 1;
const STALE_S = 3;

test('answers with what is stale while its subgraph is dead and the breaker open, marks it, and for no longer than it may', async (t) => {
  const subgraph = fork(join(import.meta.dirname, 'mortal-subgraph.ts'), [
    `max-age=${FRESH_S}, stale-if-error=${STALE_S}`,
  ]);
  const file = join(gateway.folder, 'supergraph.yaml');
  const before = await readFile(file, 'utf8');
  t.after(async () => {
    subgraph.kill('SIGKILL');
    await configure(gateway.process, file, before);
  });
  const [own] = await once(subgraph, 'message');
  const breaker = 'timeout: 300ms, circuit_breaker: { request_threshold: 3, sleep_window: 1m }';
  const names = `names: { routing_url: "${gateway.names.url}",`;
  assert.ok(before.includes(names));
  await configure(gateway.process, file, before.replace(names, `names: { routing_url: "${own}", ${breaker},`));
  answerWith('max-age=600');
  const logged = gateway.process.logs.length;

  const logs = () => gateway.process.logs.slice(logged);
  let startedAt = 0;
  const name = { thing: { name: 'of a real process' } };
  await until(
    () => {
      startedAt = performance.now();
      return send(url, THING);
    },
    ({ data }) => isDeepStrictEqual(data, name), // a call may take longer than its time on a busy machine
  );
  const storedAt = performance.now();
  const gone = once(subgraph, 'exit');
  subgraph.kill('SIGKILL');
  await gone;

  let openWhileStale = 0;
  const { errors, data, headers } = await until(
    async () => {
      const askedAt = performance.now();
      const answer = await send(url, THING);
      const age = (performance.now() - storedAt) / 1000;
      if (answer.errors) {
        assert.ok((performance.now() - startedAt) / 1000 >= FRESH_S + STALE_S, `an error after ${age} s`);
        return answer;
      }
      assert.deepEqual(answer.data, name);
      assert.ok((askedAt - storedAt) / 1000 < FRESH_S + STALE_S, `an answer after ${age} s`);
      const [mark = ''] =
        /"lockstep\/names"; hit; ttl=-?\d+(; detail="1 stale")?/.exec(answer.headers.get('cache-status') ?? '') ?? [];
      const isStale = mark.includes('stale');
      assert.equal(answer.headers.get('cache-control') === 'max-age=0', isStale || mark.includes('ttl=0'));
      if (isStale && logs().some(({ msg }) => msg.endsWith('the circuit breaker of the subgraph opens')))
        openWhileStale += 1;
      return answer;
    },
    (answer) => answer.errors !== undefined,
  );
  assert.deepEqual([data, errors[0]?.extensions.code], [{ thing: { name: null } }, 'SUBGRAPH_UNAVAILABLE']);
  assert.equal(headers.get('cache-control'), 'no-store');
  assert.ok(openWhileStale > 0, 'the breaker was open');
  assert.deepEqual(takeCalls().names, 0, 'of the subgraph that took its place');
});

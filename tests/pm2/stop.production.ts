import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { get } from '../harness/client.ts';
import { createProject } from '../harness/pm2.ts';
import { copySupergraph, edit } from '../harness/supergraph-files.ts';
import { until } from '../harness/waiting.ts';

const ANSWER = { users: [{ name: 'Ada Lovelace' }] };

const users = createServer().listen(0, '127.0.0.1');
after(() => users.close());
await once(users, 'listening');
const { port } = users.address() as AddressInfo;
const files = await copySupergraph({ after });
await edit(files.supergraph, 'timeout: 2s', 'timeout: 1m'); // npm alone may take two seconds to start
const project = await createProject({ after }, () => ({
  USERS_URL: `http://127.0.0.1:${port}/graphql`,
  SUPERGRAPH_FILE: files.supergraph,
}));
await project.pm2(['start', 'ecosystem.config.js', '--only', 'gateway']);
const health = new URL('/health/ready', project.url);
await until(
  () => fetch(health).catch(() => undefined),
  (response) => response?.ok === true,
);

test('pm2 shows the traffic of a gateway that has no metrics', async () => {
  const shown = async () => {
    for (let request = 0; request < 20; request += 1) await get(project.url, '{ __typename }');
    const [gateway] = JSON.parse((await project.pm2(['jlist'])).stdout.trim().split('\n').at(-1) ?? '');
    return gateway.pm2_env.axm_monitor;
  };
  const { p95, errors } = await until(shown, ({ requests }) => Number(requests?.value) > 0);
  assert.ok(Number(p95.value) > 0, p95.value);
  assert.deepEqual(errors, { value: '0.0', unit: '/s' });
});

test('npm stop lets the gateway answer requests in flight before it exits', async () => {
  const [gateway] = await project.list();
  assert.equal(gateway?.status, 'online');

  const answer = get(project.url, '{ users { name } }');
  const response = await new Promise<ServerResponse>((resolve) => {
    users.once('request', (_request, slow) => resolve(slow));
  });
  const stopped = project.npm('stop');
  const log = () => readFile(join(project.folder, 'logs', 'gateway-out.log'), 'utf8');
  await until(log, (text) => text.includes('finishing what is under way'));
  await delay(1000); // the response time of users, most of it after the gateway was told to stop
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ data: ANSWER }));

  assert.deepEqual(await answer, ANSWER);
  assert.equal((await stopped).code, 0);
  assert.throws(() => process.kill(gateway.pid, 0), { code: 'ESRCH' });
});

import assert from 'node:assert/strict';
import { utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { nextError } from '../harness/next-error.ts';
import { replace } from '../harness/supergraph-files.ts';
import { send, startGateway } from '../harness/things.ts';
import { until } from '../harness/waiting.ts';

const versionOf = (name: string) => `let asked = 0;
  export const response = ({ headers }: { headers: Headers }) => {
    asked += 1;
    headers.set('x-version', '${name} ' + asked);
  };`;

const gateway = await startGateway(
  { after },
  { gateway: 'hooks: { module: ./hooks.ts }' },
  { 'hooks.ts': versionOf('one') },
);
const { url, folder, process } = gateway;
const file = join(folder, 'hooks.ts');

const version = async () => (await send(url, '{ count }')).headers.get('x-version') ?? '';
const untilVersion = (name: string) => until(version, (seen) => seen.startsWith(name));

test('follows a change of the hook module alone without failing a request', async () => {
  assert.equal(await version(), 'one 1');
  await replace(file, versionOf('two'));
  await until(
    async () => {
      const { status, data, headers } = await send(url, '{ count }');
      assert.deepEqual([status, data], [200, { count: 1 }]);
      return headers.get('x-version') ?? '';
    },
    (seen) => seen.startsWith('two'),
  );
});

test('logs an unusable module, keeps the one before, and uses the next one that is usable', async () => {
  for (const [broken, reason] of [
    ['export const response = (;', /hook can't be loaded: /],
    ['throw new Error("not today");', /hook can't be loaded: not today/],
    ['export const response = 5;', /hooks\.ts exports no function response/],
    ['export const respond = () => {};', /exports none of request, subgraphRequest, subgraphResponse, response/],
    [`import './nowhere.ts';`, /hook can't be loaded: .*nowhere\.ts/],
  ] as const) {
    const { msg } = await nextError(process, () => replace(file, broken));
    assert.match(msg, /^the change is refused, the graph stays as it was\. /);
    assert.match(msg, reason);
    assert.match(await version(), /^two /);
  }
  await replace(file, versionOf('three'));
  await untilVersion('three');
});

test('follows a module that a rejected change named first', async () => {
  const other = join(folder, 'other.ts');
  const { msg } = await nextError(process, () => gateway.configure({ gateway: 'hooks: { module: ./other.ts }' }));
  assert.match(msg, /other\.ts/);
  assert.match(await version(), /^three /);
  await replace(other, versionOf('four'));
  await until(version, (seen) => seen.startsWith('four'));
});

test('does not reload a file that was only touched', async () => {
  const asked = Number((await version()).split(' ')[1]);
  await utimes(join(folder, 'other.ts'), new Date(), new Date());
  await gateway.configure({ gateway: 'hooks: { module: ./other.ts }, traffic_shaping: { timeout: 7s }, path: /new' });
  const moved = new URL('/new', url).href;
  const response = await until(
    () => fetch(`${moved}?query={count}`, { headers: { 'apollo-require-preflight': '1' } }),
    ({ status }) => status === 200,
  );
  assert.equal(response.headers.get('x-version'), `four ${asked + 1}`);
});

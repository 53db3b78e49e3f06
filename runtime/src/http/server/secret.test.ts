import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, type TestContext, test } from 'node:test';
import { temporaryFolder } from '../../testing/temporary-folder.ts';
import { serveHttp } from '../../testing/test-server.ts';
import { requireSecret, sharedSecret } from './secret.ts';

const MAKER = join(import.meta.dirname, 'fixtures', 'secret-maker.ts');
const SECRET = 'a secret of the test';

describe('the shared secret', { timeout: 20_000 }, () => {
  test('is undefined without a secret and a file', () => assert.equal(sharedSecret(undefined, undefined), undefined));

  test('is the given one, without creating a file', async (t) => {
    const folder = await temporaryFolder(t);
    assert.equal(sharedSecret(SECRET, join(folder, 'secret')), SECRET);
    assert.deepEqual(await readdir(folder), []);
  });

  test('is created once, in a file that only its owner can read', async (t) => {
    const folder = await temporaryFolder(t);
    const file = join(folder, 'secret');
    const secret = sharedSecret(undefined, file);
    assert.match(String(secret), /^[0-9a-f]{64}$/);
    assert.equal(sharedSecret(undefined, file), secret);
    assert.equal(await readFile(file, 'utf8'), `${secret}\n`);
    assert.equal((await stat(file)).mode & 0o777, 0o600);
    assert.deepEqual(await readdir(folder), ['secret']);
  });

  test('is the same for all processes that start at the same time', async (t) => {
    const folder = await temporaryFolder(t);
    const makers = await Promise.all(Array.from({ length: 8 }, () => startMaker(t)));
    const secrets = await Promise.all(makers.map((make) => make(join(folder, 'secret'))));
    assert.deepEqual(new Set(secrets), new Set([(await readFile(join(folder, 'secret'), 'utf8')).trim()]));
    assert.deepEqual(await readdir(folder), ['secret']);
  });

  for (const content of ['', '\n', 'short\n']) {
    test(`can't be a file that contains only ${JSON.stringify(content)}`, async (t) => {
      const file = join(await temporaryFolder(t), 'secret');
      await writeFile(file, content);
      assert.throws(() => sharedSecret(undefined, file), {
        name: 'ConfigurationError',
        message: `The shared secret in ${file} has fewer than 16 characters. Remove the file to have a new one created.`,
      });
    });
  }

  test('reports a missing folder to the operator', async (t) => {
    const file = join(await temporaryFolder(t), 'nowhere', 'secret');
    assert.throws(() => sharedSecret(undefined, file), { name: 'ConfigurationError', message: new RegExp(file) });
  });
});

/** Starts a process that is ready to create the secret. */
async function startMaker(t: TestContext): Promise<(file: string) => Promise<unknown>> {
  const child = fork(MAKER);
  t.after(() => child.kill());
  const ended = once(child, 'exit').then(() => Promise.reject(new Error('the process ended')));
  const message = () => Promise.race([once(child, 'message'), ended]);
  await message();
  return async (file) => {
    child.send(file);
    return (await message())[0];
  };
}

describe('a handler that requires the secret', { timeout: 20_000 }, () => {
  const serve = (t: TestContext) => {
    const handled: (string | undefined)[] = [];
    const handler = requireSecret(SECRET, (request, response) => {
      handled.push(request.url);
      response.end('answered');
    });
    return serveHttp(t, handler).then(({ url, port }) => ({ url, port, handled }));
  };

  test('responds to requests with the secret', async (t) => {
    const { url } = await serve(t);
    const response = await fetch(url, { headers: { 'x-subgraph-secret': SECRET } });
    assert.equal(response.status, 200);
    assert.equal(await response.text(), 'answered');
  });

  for (const [name, headers] of [
    ['no secret', {}],
    ['another secret', { 'x-subgraph-secret': `${SECRET}.` }],
    ['an empty secret', { 'x-subgraph-secret': '' }],
  ] as const) {
    test(`rejects ${name} with 403`, async (t) => {
      const { url, handled } = await serve(t);
      const response = await fetch(url, { method: 'POST', body: '}{ garbage', headers });
      assert.equal(response.status, 403);
      assert.equal(await response.text(), 'This subgraph only accepts requests from its gateway.\n');
      assert.deepEqual(handled, []);
    });
  }

  test('rejects before the body arrives, and closes the connection', async (t) => {
    const { port } = await serve(t);
    const socket = connect(port, '127.0.0.1');
    socket.write('POST /graphql HTTP/1.1\r\nhost: test\r\ncontent-length: 1000000\r\n\r\n');
    const answer = await text(socket);
    assert.match(answer, /^HTTP\/1\.1 403 /);
    assert.match(answer, /\r\nconnection: close\r\n/i);
  });
});

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Server } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { makeAuthority } from '../harness/certificates.ts';
import { temporaryFolder } from '../harness/graph.ts';
import { ROOT } from '../harness/process.ts';

const answer =
  (status: number): RequestListener =>
  (request, response) =>
    response.writeHead(request.url === '/health/ready' ? status : 404).end();

test('the health check of the image passes if the process is ready', async (t) => {
  const url = await listen(t, createServer(answer(200)));
  assert.equal(await check(t, `http://${url}`), 0);
});

test('the health check of the image passes whatever name a certificate is for', async (t) => {
  const { cert, key } = makeAuthority(await temporaryFolder(t), 'authority').issue('gateway');
  const server = createTlsServer({ cert: readFileSync(cert), key: readFileSync(key) }, answer(200));
  assert.equal(await check(t, `https://${await listen(t, server)}`), 0);
});

test('the health check of the image fails if the process is not ready, or does not listen', async (t) => {
  const url = await listen(t, createServer(answer(503)));
  assert.equal(await check(t, `http://${url}`), 1);
  assert.equal(await check(t, 'http://127.0.0.1:9/health/ready'), 1);
});

test('the health check of the image fails before the process has said where it listens', async (t) => {
  assert.equal(await check(t), 1);
});

/** Resolves with the exit code of the check, for a process that has written this URL. */
async function check(t: TestContext, url?: string): Promise<unknown> {
  const PROBE_FILE = join(await temporaryFolder(t), 'probe');
  if (url) await writeFile(PROBE_FILE, url);
  const script = join(ROOT, 'deploy', 'health-check.js');
  const child = spawn(process.execPath, [script], { env: { PROBE_FILE }, stdio: 'ignore' });
  const [code] = await once(child, 'exit');
  return code;
}

/** Resolves with the address and path of the probe. */
async function listen(t: TestContext, server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  t.after(() => server.close());
  await once(server, 'listening');
  const address = server.address();
  assert.ok(typeof address === 'object' && address);
  return `127.0.0.1:${address.port}/health/ready`;
}

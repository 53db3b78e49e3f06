import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { RequestListener, ServerResponse } from 'node:http';
import { describe, type TestContext, test } from 'node:test';
import { Pool } from 'undici';
import { serveHttp } from '../../testing/test-server.ts';
import { BodyTooLargeError } from '../server/body.ts';
import { post } from './post.ts';
import type { Reply } from './subgraph-answer.ts';

interface Posting {
  reply: Promise<Reply>;
  pool: Pool;
}

async function postTo(
  t: TestContext,
  listener: RequestListener,
  { signal = new AbortController().signal, maxReplyBytes = 100 } = {},
): Promise<Posting> {
  const { url } = await serveHttp(t, listener);
  const pool = new Pool(new URL(url).origin, { connections: 1 });
  t.after(() => pool.destroy());
  const reply = post(pool, { path: '/', headers: {}, body: '{}', signal, maxReplyBytes });
  reply.catch(() => {}); // looked at later
  return { reply, pool };
}

async function replyWith(t: TestContext, chunks: readonly Buffer[], maxReplyBytes = 100): Promise<Reply> {
  const { reply } = await postTo(t, (_request, response) => writeEach(response, chunks), { maxReplyBytes });
  return reply;
}

/** Writes each chunk in a packet of its own. */
async function writeEach(response: ServerResponse, chunks: readonly Buffer[]): Promise<void> {
  for (const chunk of chunks) await new Promise((resolve) => response.write(chunk, resolve));
  response.end();
}

describe('a reply', () => {
  test('is UTF-8 text, whatever the chunks cut through', async (t) => {
    const bytes = Buffer.from('{"name":"Zoë"}');
    const cut = bytes.indexOf('ë') + 1;
    const reply = await replyWith(t, [bytes.subarray(0, cut), bytes.subarray(cut)]);
    assert.equal(reply.text, '{"name":"Zoë"}');
  });

  test('may be empty', async (t) => assert.equal((await replyWith(t, [])).text, ''));

  test('has the status and the headers of the final response', async (t) => {
    const { reply } = await postTo(t, (_request, response) => {
      response.writeProcessing();
      response.writeHead(503, { 'retry-after': '1' }).end('busy');
    });
    const { status, headers, text } = await reply;
    assert.deepEqual([status, headers['retry-after'], text], [503, '1', 'busy']);
  });

  test('may be as long as allowed', async (t) => {
    assert.equal((await replyWith(t, [Buffer.from('abc'), Buffer.from('de')], 5)).text, 'abcde');
  });

  test("can't be longer, by one byte", async (t) => {
    const reply = replyWith(t, [Buffer.from('abc'), Buffer.from('de')], 4);
    await assert.rejects(reply, new BodyTooLargeError(4));
  });

  test('that is too long is not read to its end', async (t) => {
    const { reply } = await postTo(t, (_request, response) => void response.write('x'.repeat(101)));
    await assert.rejects(reply, new BodyTooLargeError(100));
  });
});

describe('an abort', () => {
  test('before anything is sent sends nothing', async (t) => {
    let requests = 0;
    const signal = AbortSignal.abort(new Error('nobody waits'));
    const { reply } = await postTo(t, () => requests++, { signal });
    await assert.rejects(reply, /nobody waits/);
    assert.equal(requests, 0);
  });

  test('while it waits for a connection sends nothing', async (t) => {
    const received: unknown[] = [];
    const held = Promise.withResolvers<ServerResponse>();
    const { reply: first, pool } = await postTo(t, (request, response) => {
      received.push(request.headers['x-name']);
      if (received.length === 1) held.resolve(response);
      else response.end('{}');
    });
    const send = (name: string, signal: AbortSignal) =>
      post(pool, { path: '/', headers: { 'x-name': name }, body: '{}', signal, maxReplyBytes: 100 });
    const controller = new AbortController();
    const waiting = send('waiting', controller.signal);
    controller.abort(new Error('nobody waits'));
    await assert.rejects(waiting, /nobody waits/);
    const behind = send('behind', new AbortController().signal);
    (await held.promise).end('{}');
    await Promise.all([first, behind]);
    assert.deepEqual(received, [undefined, 'behind']);
  });

  test('ends a reply that is under way, and its connection', async (t) => {
    const controller = new AbortController();
    let closed: Promise<unknown> | undefined;
    const { reply } = await postTo(
      t,
      (_request, response) => {
        closed = once(response, 'close');
        response.write('{');
        controller.abort(new Error('nobody waits'));
      },
      { signal: controller.signal },
    );
    await assert.rejects(reply, /nobody waits/);
    await closed;
  });
});

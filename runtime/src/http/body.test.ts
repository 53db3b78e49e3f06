import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { describe, test } from 'node:test';
import { BodyTooLargeError, readBody } from './body.ts';

function body(...chunks: Buffer[]): Readable {
  return Readable.from(chunks, { objectMode: false });
}

describe('a body', () => {
  test('is UTF-8 text, whatever the chunks cut through', async () => {
    const bytes = Buffer.from('{"name":"Zoë"}');
    const cut = bytes.indexOf('ë') + 1;
    assert.equal(await readBody(body(bytes.subarray(0, cut), bytes.subarray(cut)), 100), '{"name":"Zoë"}');
  });

  test('may be empty', async () => assert.equal(await readBody(body(), 100), ''));

  test('may be as long as allowed', async () => {
    assert.equal(await readBody(body(Buffer.from('abc'), Buffer.from('de')), 5), 'abcde');
  });

  test("can't be longer, by one byte", async () => {
    const error = new BodyTooLargeError(4);
    await assert.rejects(readBody(body(Buffer.from('abc'), Buffer.from('de')), 4), error);
  });

  test('that is too long is not read to its end', async () => {
    let read = 0;
    async function* chunks(): AsyncGenerator<Buffer> {
      for (; read < 100; read++) yield Buffer.alloc(1024);
    }
    await assert.rejects(readBody(chunks(), 10_000), BodyTooLargeError);
    assert.ok(read < 10);
  });
});

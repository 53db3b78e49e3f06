import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { send, startGateway } from '../harness/things.ts';

const gateway = await startGateway({ after }, {});

const RENAME = 'mutation { rename { id } }';

const QUERIES: [what: string, query: string, subgraph: 'things' | 'names', bodyOf: (version: number) => object][] = [
  ['a field of the same subgraph', '{ count }', 'things', (version) => ({ count: version })],
  ['a field of another subgraph', '{ word }', 'names', (version) => ({ word: `${version}` })],
  [
    'an entity in another subgraph',
    '{ thing { name } }',
    'names',
    (version) => ({ _entities: [{ __typename: 'Thing', name: `${version}` }] }),
  ],
];

for (const [what, query, subgraph, bodyOf] of QUERIES) {
  test(`shows a client what it has written, though an older call is under way: ${what}`, async () => {
    gateway.reply = async (name) => (name === subgraph ? { body: { data: bodyOf(0) } } : {});
    await send(gateway.url, query); // is known from now on, so that its answers may be shared too
    let version = 1;
    const held = Promise.withResolvers<void>();
    const read = Promise.withResolvers<void>();
    gateway.reply = async (name, call) => {
      if (call.query.includes('rename')) {
        version = 2;
        return {};
      }
      if (name !== subgraph) return {};
      const body = { data: bodyOf(version) };
      if (version === 1) {
        read.resolve();
        await held.promise;
      }
      return { body };
    };
    const older = send(gateway.url, query);
    await read.promise;
    await send(gateway.url, RENAME);
    const newer = send(gateway.url, query);
    // If the query joins the older call, it gets that one's answer once it is let go.
    const timer = setTimeout(() => held.resolve(), 1000);
    assert.match(JSON.stringify((await newer).data), /\b2\b/);
    clearTimeout(timer);
    held.resolve();
    assert.match(JSON.stringify((await older).data), /\b1\b/);
  });
}

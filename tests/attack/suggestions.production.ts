import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { type Answer, ask } from '../harness/client.ts';
import { start, temporaryFolder } from '../harness/graph.ts';
import { serveSubgraph } from '../harness/subgraph.ts';

// Misspelt enum values in every part of a variable, for which the shop's graph has no types.

const HATS = `enum Size { SMALL, LARGE } input Hat { size: Size, inner: Hat, sizes: [Size] }
  type Query { hats(size: Size, hat: Hat, sizes: [Size]): Int }`;

const GUESSES: [where: string, type: string, argument: string, value: unknown][] = [
  ['a variable', 'Size', 'size', 'SMAL'],
  ['a list', '[Size]', 'sizes', ['LARGE', 'SMAL']],
  ['an input object', 'Hat', 'hat', { size: 'SMAL' }],
  ['a list in input objects', 'Hat', 'hat', { inner: { inner: { sizes: ['SMAL'] } } }],
  ['the name of an input field', 'Hat', 'hat', { siz: 'SMALL' }],
];

const subgraph = await serveSubgraph({ after }, () => ({ body: { data: { hats: 1 } } }));

/** Starts a gateway in production mode that serves only hats. */
async function startHats(settings: string): Promise<string> {
  const file = join(await temporaryFolder({ after }), 'supergraph.yaml');
  const hats = { routing_url: subgraph.url, schema: { sdl: HATS } };
  await writeFile(file, `subgraphs: { hats: ${JSON.stringify(hats)} }\ngateway: { ${settings} }\n`);
  return (await start({ after }, 'gateway', { NODE_ENV: 'production', SUPERGRAPH_FILE: file })).url;
}

const [secretive, open] = await Promise.all([startHats(''), startHats('introspection: true')]);

for (const [where, type, argument, value] of GUESSES) {
  const query = `query ($value: ${type}) { hats(${argument}: $value) }`;

  test(`suggests nothing for ${where} that is misspelt, unless introspection is on`, async () => {
    const answer = await refused(secretive, query, { value });
    assert.match(answer, /"BAD_USER_INPUT"/);
    assert.match(answer, /SMAL|siz\b/, 'what is wrong is said');
    assert.doesNotMatch(answer, /did you mean/i);
    assert.doesNotMatch(answer, /SMALL\b.*\?|LARGE\b.*\?/);
    assert.match(await refused(open, query, { value }), /Did you mean/);
  });
}

test('suggests nothing for a misspelt value in the document', async () => {
  for (const query of [
    '{ hats(size: SMAL) }',
    '{ hats(hat: { inner: { size: SMAL } }) }',
    '{ hats(hat: { siz: SMALL }) }',
  ]) {
    assert.doesNotMatch(await refused(secretive, query), /did you mean/i);
    assert.match(await refused(open, query), /Did you mean/);
  }
});

test('answers valid values', async () => {
  const query = 'query ($size: Size, $hat: Hat) { hats(size: $size, hat: $hat) }';
  const variables = { size: 'SMALL', hat: { inner: { sizes: ['LARGE'] } } };
  for (const url of [secretive, open]) {
    const { data }: Answer<unknown> = await ask(url, query, variables);
    assert.deepEqual(data, { hats: 1 });
  }
});

/** Returns the text of an answer, and asserts that no call was made for it. */
async function refused(url: string, query: string, variables: Record<string, unknown> = {}): Promise<string> {
  const before = subgraph.calls.length;
  const { status, text } = await ask(url, query, variables);
  assert.equal(status, 400, text);
  assert.equal(subgraph.calls.length, before);
  return text;
}

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { getIntrospectionQuery } from 'graphql';
import { type Answer, createUser, errorsOf } from '../harness/client.ts';
import { edit, replace } from '../harness/supergraph-files.ts';
import { untilEverywhere } from '../harness/waiting.ts';
import { startConfigured } from './configured.ts';

const NAMES = 'query Names { users { ...N } }\nfragment N on User { name }';
const IDS = 'query Ids($first: Int) { users(first: $first) { id } }';
const CREATE = 'mutation C($email: String!) { createUser(name: "Ada Lovelace", email: $email) { id } }';
const UNKNOWN = '{ users { email } }';
const ANSWER = { users: [{ name: 'Ada Lovelace' }] };

const { graph, supergraph } = await startConfigured(
  { after },
  `gateway:
  persisted_queries:
    local_manifests: [apollo.json, relay.json]
    log_unknown: true
`,
  {
    'apollo.json': apolloManifest({ [sha256(NAMES)]: NAMES, create: CREATE }),
    'relay.json': JSON.stringify({ ids: IDS }),
  },
  ['users'],
);
const apolloFile = join(dirname(supergraph), 'apollo.json');
await createUser(graph.url, 'ada@example.com');

test('runs an operation of a manifest by its id, in every form in which clients send one', async () => {
  assert.deepEqual((await post({ extensions: persistedQuery(sha256(NAMES)) })).data, ANSWER);
  const variables = { first: 1 };
  for (const name of ['documentId', 'doc_id', 'id']) {
    assert.deepEqual((await post({ [name]: 'ids', variables })).data, { users: [{ id: '1' }] }, name);
  }
  const extensions = JSON.stringify(persistedQuery(sha256(NAMES)));
  assert.deepEqual((await fetchAnswer(`?${new URLSearchParams({ extensions })}`)).data, ANSWER);
  const search = new URLSearchParams({ documentId: 'ids', variables: JSON.stringify(variables) });
  assert.deepEqual((await fetchAnswer(`?${search}`)).data, { users: [{ id: '1' }] });
  assert.equal((await fetchAnswer('?documentId=create')).status, 405);
});

test('rejects an unknown id, and logs it', async () => {
  const answer = await post({ documentId: 'nothing' });
  assert.deepEqual(
    [answer.status, errorsOf(answer)],
    [400, ['BAD_USER_INPUT: No manifest has an operation with the id "nothing".']],
  );
  const line = await graph.gateway.logged(({ msg }) => msg === 'an unknown operation was asked for by id');
  assert.deepEqual([line.level, line.id], ['warn', 'nothing']);
});

test('runs other operations without a safelist, and logs them', async () => {
  assert.deepEqual((await post({ query: UNKNOWN })).data, { users: [{ email: 'ada@example.com' }] });
  const line = await graph.gateway.logged(({ operation }) => operation === UNKNOWN);
  assert.deepEqual([line.level, line.msg], ['warn', 'an unknown operation was sent']);
  await post({ query: NAMES });
  assert.ok(!graph.gateway.logs.some(({ operation }) => operation === NAMES));
});

test('registers a document by its hash: automatic persisted queries', async () => {
  const query = '{ users { createdAt } }';
  const extensions = persistedQuery(sha256(query));
  assert.deepEqual(errorsOf(await post({ extensions })), ['PERSISTED_QUERY_NOT_FOUND: PersistedQueryNotFound']);
  const wrong = await post({ query: '{ users { id } }', extensions });
  const message = "extensions.persistedQuery.sha256Hash isn't the SHA-256 of the document.";
  assert.deepEqual([wrong.status, errorsOf(wrong)], [400, [`BAD_USER_INPUT: ${message}`]]);
  for (const url of graph.gateway.urls) {
    const { data } = await post({ query, extensions }, url);
    assert.ok(data);
    assert.deepEqual((await post({ extensions }, url)).data, data);
  }
});

test('apq.enabled: false rejects automatic persisted queries', async () => {
  await edit(supergraph, 'gateway:', 'gateway:\n  apq: { enabled: false }');
  const extensions = persistedQuery(sha256('{ users { createdAt } }'));
  const answer = await untilEverywhere(
    graph.gateway,
    (url) => post({ extensions }, url),
    ({ text }) => !text.includes('NOT_FOUND') && !text.includes('data'),
  );
  assert.deepEqual(errorsOf(answer), ['PERSISTED_QUERY_NOT_SUPPORTED: PersistedQueryNotSupported']);
  assert.deepEqual((await post({ extensions: persistedQuery(sha256(NAMES)) })).data, ANSWER);
});

test('follows a changed manifest, and rejects a wrong one with its file', async () => {
  await replace(apolloFile, '{ "format": "none" }');
  const { msg } = await graph.gateway.logged(({ level }) => level === 'error');
  assert.match(
    msg,
    /^the change is refused, the graph stays as it was\. The manifests of persisted queries can't be used:/,
  );
  assert.ok(msg.includes(`${apolloFile}: not a manifest: `), msg);
  assert.deepEqual((await post({ extensions: persistedQuery(sha256(NAMES)) })).data, ANSWER);

  await replace(apolloFile, apolloManifest({ again: NAMES }));
  await untilEverywhere(
    graph.gateway,
    (url) => post({ documentId: 'again' }, url),
    ({ data }) => data !== undefined && data !== null,
  );
  assert.equal((await post({ documentId: 'create' })).status, 400);
});

test('safelist: rejects an operation of no manifest in every form', async () => {
  await edit(supergraph, 'log_unknown: true', 'safelist: { enabled: true }');
  const refused = await untilEverywhere(
    graph.gateway,
    (url) => post({ query: UNKNOWN }, url),
    ({ status }) => status !== 200,
  );
  assert.deepEqual(
    [refused.status, errorsOf(refused)],
    [403, ['FORBIDDEN: Only operations of the manifests are run here, and this is none.']],
  );
  assert.equal(refused.errors?.[0]?.extensions.rule, 'persisted_queries.safelist');
  for (const body of [
    { query: UNKNOWN, extensions: persistedQuery(sha256(UNKNOWN)) },
    { query: UNKNOWN, documentId: 'ids' },
    { query: `${NAMES} query Other { users { email } }`, operationName: 'Names' },
    { query: '{ users {' },
    { documentId: 'nothing' },
  ]) {
    assert.equal((await post(body)).status, 403, JSON.stringify(body));
  }
  assert.equal((await fetchAnswer(`?${new URLSearchParams({ query: UNKNOWN })}`)).status, 403);
});

test('safelist: accepts an operation of a manifest in any layout, and introspection', async () => {
  const other = '# by hand\nfragment N on User {\n  name,\n}\nquery Names { users { ...N } }';
  for (const query of [NAMES, other]) assert.deepEqual((await post({ query })).data, ANSWER);
  assert.deepEqual((await post({ documentId: 'again' })).data, ANSWER);
  assert.ok((await post({ query: getIntrospectionQuery() })).data);
  assert.equal((await post({ query: '{ __typename users { id } }' })).status, 403);
});

test('require_id: rejects the text of an operation of a manifest', async () => {
  await edit(supergraph, 'safelist: { enabled: true', 'safelist: { enabled: true, require_id: true');
  const refused = await untilEverywhere(
    graph.gateway,
    (url) => post({ query: NAMES }, url),
    ({ status }) => status !== 200,
  );
  assert.deepEqual(
    [refused.status, errorsOf(refused)],
    [403, ['FORBIDDEN: Only operations of the manifests are run here, and each has to be asked for by its id.']],
  );
  assert.equal((await post({ query: NAMES, extensions: persistedQuery(sha256(NAMES)) })).status, 403);
  assert.equal((await post({ extensions: persistedQuery('nothing') })).status, 403);
  assert.deepEqual((await post({ documentId: 'again' })).data, ANSWER);
});

function post(body: object, url = graph.url): Promise<Answer<unknown>> {
  const headers = { 'content-type': 'application/json' };
  return fetchAnswer('', { method: 'POST', headers, body: JSON.stringify(body) }, url);
}

async function fetchAnswer(search: string, init?: RequestInit, url = graph.url): Promise<Answer<unknown>> {
  const headers = { 'apollo-require-preflight': 'true' };
  const response = await fetch(url + search, { headers, ...init });
  const text = await response.text();
  return { status: response.status, text, ...JSON.parse(text) };
}

function persistedQuery(sha256Hash: string) {
  return { persistedQuery: { version: 1, sha256Hash } };
}

function apolloManifest(operations: Readonly<Record<string, string>>): string {
  return JSON.stringify({
    format: 'apollo-persisted-query-manifest',
    version: 1,
    operations: Object.entries(operations).map(([id, body]) => ({ id, body, name: id, type: 'query' })),
  });
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

import assert from 'node:assert/strict';
import { after, beforeEach, test } from 'node:test';
import type { RunningProcess } from '../harness/process.ts';
import { assertSharedInPairs, send, startGateway } from '../harness/things.ts';

/** Hooks that do what the client's header `x-do` says, `HOOK KIND`. */
const HOOKS = `import { GraphQLError } from 'graphql';

function fail(kind: unknown, hook: string): Promise<void> | void {
  const [name, how] = String(kind).split(' ');
  if (name !== hook) return;
  if (how === 'bug') throw new Error('the secret is at secrets.internal');
  if (how === 'hang') return new Promise(() => {});
  if (how === 'text') throw 'secrets.internal';
  throw new GraphQLError('Not on Sundays', { extensions: { code: 'CLOSED', http: { status: 451 } } });
}

export const request = async (event) => {
  const { headers, context, operationName, kind, query, variables, claims } = event;
  context.client = headers['x-client'];
  context.do = headers['x-do'];
  context.seen = [JSON.stringify({ operationName, kind, query, variables, claims: claims ?? null })];
  await fail(context.do, 'request');
};
export const subgraphRequest = ({ subgraph, headers, context, ...event }) => {
  if (context.client) headers.set('x-tenant', 'tenant of ' + context.client);
  if (context.do === 'reserved') headers.set('content-type', 'text/plain');
  if (context.do === 'control') headers.set('x-tenant', 'a\\u0001b');
  if (subgraph === 'names') (context.seen as string[]).push(event.kind + ' ' + event.representations);
  if (subgraph === 'names') return fail(context.do, 'subgraphRequest');
};
export const subgraphResponse = async ({ subgraph, status, headers, context, data, errors }) => {
  (context.seen as string[]).push(subgraph + ' ' + status + ' ' + (data ? Object.keys(data) : data) + ' ' + errors?.length);
  headers.set('x-all-by', subgraph + ' ' + headers.get('x-all-by'));
  if (subgraph === 'names') await fail(context.do, 'subgraphResponse');
};
export const response = async ({ headers, context, operationName, data, errors }) => {
  await fail(context.do, 'response');
  if (context.do === 'type') headers.set('content-type', 'text/html');
  if (context.do === 'value') headers.set('x-answer', 'a\\u0001b');
  headers.set('x-seen', encodeURIComponent(JSON.stringify(context.seen ?? null)));
  if (context.do !== 'value') headers.set('x-answer', data ? operationName + ' ' + Object.keys(data) : 'error ' + errors?.length);
};
`;

/** Time of an operation, longer than one takes while other tests run. */
const DEADLINE_MS = 2000;

const gateway = await startGateway(
  { after },
  {
    gateway: `hooks: { module: ./hooks.ts }, traffic_shaping: { timeout: ${DEADLINE_MS}ms },
      headers: { response: [{ propagate: { matching: ^x-all-, algorithm: append } }] }`,
    things: `timeout: ${DEADLINE_MS - 100}ms`,
  },
  { 'hooks.ts': HOOKS },
);
const { url, process: running } = gateway;

beforeEach(() => {
  gateway.things.calls.length = gateway.names.calls.length = 0;
  gateway.reply = () => ({});
});

const THING = '{ thing { name } }';

test('calls the four hooks in order with a shared context', async () => {
  gateway.reply = (subgraph) => ({ headers: { 'x-all-by': subgraph.toUpperCase() } });
  const { data, headers } = await send(url, 'query A { thing { name } }', { 'x-client': 'ann' });
  assert.deepEqual(data, { thing: { name: 'name of 1' } });
  assert.deepEqual(seenIn(headers), [
    '{"operationName":"A","kind":"query","query":"query A { thing { name } }","variables":{},"claims":null}',
    'things 200 thing,count,rename undefined',
    'query {"__typename":"Thing","id":"1"}',
    'names 200 _entities undefined',
  ]);
  assert.equal(headers.get('x-answer'), 'A thing');
  assert.equal(headers.get('x-all-by'), 'things THINGS, names NAMES');
  for (const { headers } of [...gateway.things.calls, ...gateway.names.calls]) {
    assert.equal(headers['x-tenant'], 'tenant of ann');
  }
});

test('shares calls only if their hook headers are equal', async () => {
  gateway.reply = (_name, { headers }) => ({
    body: { data: { count: headers['x-tenant'] === 'tenant of 1' ? 1 : 2 } },
  });
  await assertSharedInPairs(gateway, [{ 'x-client': '1' }, { 'x-client': '2' }]);
});

test('answers a request that a hook rejects with its error, without calling a subgraph', async () => {
  const { status, data, errors, headers } = await send(url, THING, { 'x-do': 'request refuse' });
  assert.deepEqual([status, data], [451, undefined]);
  assert.deepEqual(errors, [{ message: 'Not on Sundays', extensions: { code: 'CLOSED' } }]);
  assert.equal(headers.get('x-answer'), 'error 1', 'the hook for answers is asked all the same');
  assert.equal(gateway.things.calls.length, 0);
});

test('gives the client a code and an id for an error in the request hook, and logs it', async () => {
  const { status, errors, data } = await send(url, THING, { 'x-do': 'request bug' });
  assert.deepEqual([status, data], [500, undefined]);
  await assertMasked(running, errors);
  assert.equal(gateway.things.calls.length, 0);
});

test('fails the fields of a call without making it if the subgraphRequest hook throws', async () => {
  const refused = await send(url, THING, { 'x-do': 'subgraphRequest refuse' });
  assert.deepEqual(refused.data, { thing: { name: null } });
  assert.deepEqual(
    refused.errors.map(({ message, path, extensions }) => [message, path, extensions.code]),
    [['Not on Sundays', ['thing'], 'CLOSED']],
  );
  const failed = await send(url, THING, { 'x-do': 'subgraphRequest bug' });
  assert.deepEqual(failed.data, { thing: { name: null } });
  await assertMasked(running, failed.errors);
  await assertMasked(running, (await send(url, THING, { 'x-do': 'subgraphRequest text' })).errors);
  assert.equal(gateway.names.calls.length, 0);
});

test('ignores reserved and invalid headers of a hook', async () => {
  for (const what of ['reserved', 'control']) {
    const { data, errors } = await send(url, THING, { 'x-do': what });
    assert.deepEqual(data, { thing: null });
    await assertMasked(
      running,
      errors,
      /^hook subgraphRequest: header .* is reserved or has a value that can't be sent$/,
    );
  }
  assert.equal(gateway.things.calls.length, 0);
  for (const what of ['type', 'value']) {
    const { status, headers, errors } = await send(url, THING, { 'x-do': what });
    assert.deepEqual([status, headers.get('content-type')], [500, 'application/json; charset=utf-8'], what);
    await assertMasked(running, errors, /^the hook response /);
  }
});

test('fails the fields of a call if the subgraphResponse hook throws', async () => {
  const refused = await send(url, THING, { 'x-do': 'subgraphResponse refuse' });
  assert.deepEqual(refused.data, { thing: { name: null } });
  assert.equal(refused.errors[0]?.extensions.code, 'CLOSED');
  const failed = await send(url, THING, { 'x-do': 'subgraphResponse bug' });
  assert.deepEqual(failed.data, { thing: { name: null } });
  await assertMasked(running, failed.errors);
});

test('replaces the response by the error if the response hook throws', async () => {
  const refused = await send(url, THING, { 'x-do': 'response refuse' });
  assert.deepEqual([refused.status, refused.data], [451, undefined]);
  assert.deepEqual(refused.errors, [{ message: 'Not on Sundays', extensions: { code: 'CLOSED' } }]);
  const failed = await send(url, THING, { 'x-do': 'response bug' });
  assert.deepEqual([failed.status, failed.data, failed.headers.get('x-seen')], [500, undefined, null]);
  await assertMasked(running, failed.errors);
});

test('awaits a hook that hangs until the deadline of the operation', async () => {
  for (const hook of ['request', 'subgraphRequest', 'subgraphResponse', 'response']) {
    const start = performance.now();
    const { errors } = await send(url, THING, { 'x-do': `${hook} hang` });
    const took = performance.now() - start;
    assert.equal(errors[0]?.extensions.code, 'DEADLINE_EXCEEDED', hook);
    assert.ok(took >= DEADLINE_MS * 0.9 && took < 4 * DEADLINE_MS, `${hook}: ${took} ms`);
  }
});

test('calls the response hook after the deadline, and sends the partial response', async () => {
  gateway.reply = async (subgraph) => (subgraph === 'names' ? new Promise(() => {}) : {});
  const { data, errors, headers } = await send(url, THING);
  assert.deepEqual(data, { thing: { name: null } });
  assert.equal(errors[0]?.extensions.code, 'DEADLINE_EXCEEDED');
  assert.equal(headers.get('x-answer'), 'undefined thing');
});

test('does not call the request hook for an invalid operation', async () => {
  const { headers, status } = await send(url, '{ nothing }');
  assert.deepEqual([status, seenIn(headers), headers.get('x-answer')], [400, null, 'error 1']);
});

function seenIn(headers: Headers): unknown {
  return JSON.parse(decodeURIComponent(headers.get('x-seen') ?? ''));
}

type Errors = Awaited<ReturnType<typeof send>>['errors'];

/** Asserts that the client sees a code and an id, and that the log has the error under that id. */
async function assertMasked(
  { logged }: RunningProcess,
  errors: Errors,
  message: RegExp = /secrets\.internal/,
): Promise<void> {
  const [error, ...others] = errors;
  assert.deepEqual(others, []);
  assert.equal(error?.message, 'Internal server error');
  assert.equal(error.extensions.code, 'INTERNAL_SERVER_ERROR');
  const line = await logged(({ id }) => id === error.extensions.id);
  const { message: whole } = line.err as { message: string };
  assert.match(whole, message);
}

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { operationOverdue } from '@lockstep/runtime/graphql/errors.ts';
import { Deadline, type Lifetime } from '@lockstep/runtime/http/deadline.ts';
import { buildSchema, graphql } from 'graphql';
import { makeTimely } from './timely-resolvers.ts';

const TIMEOUT_MS = 50;

/** Runs three mutations, the first with this resolver. Returns those that ran, and the codes of the others' errors. */
async function runMutations(lifetime: Lifetime, first: () => unknown) {
  const ran: string[] = [];
  const schema = buildSchema('type Query { a: Int } type Mutation { a: Int b: Int c: Int }');
  for (const [name, field] of Object.entries(schema.getMutationType()?.getFields() ?? {})) {
    field.resolve = async () => {
      ran.push(name);
      if (name === 'a') await first();
      return 1;
    };
  }
  makeTimely(schema);
  const { data, errors } = await graphql({ schema, source: 'mutation { a b c }', contextValue: lifetime });
  return { ran, data: { ...data }, codes: errors?.map(({ path, extensions }) => `${path}: ${extensions.code}`) };
}

/** Returns a lifetime whose signal is aborted by a timer. */
function timed(timeoutMs = TIMEOUT_MS): Lifetime {
  const controller = new AbortController();
  setTimeout(() => controller.abort(operationOverdue(timeoutMs)), timeoutMs).unref();
  return { signal: controller.signal, deadline: new Deadline(timeoutMs) };
}

function blockFor(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

const LATE = {
  ran: ['a'],
  data: { a: 1, b: null, c: null },
  codes: ['b: DEADLINE_EXCEEDED', 'c: DEADLINE_EXCEEDED'],
};

test('in time every resolver runs', async () => {
  assert.deepEqual((await runMutations(timed(60_000), () => {})).ran, ['a', 'b', 'c']);
});

test('no resolver runs any more once the time is over', async () => {
  assert.deepEqual(await runMutations(timed(), () => delay(TIMEOUT_MS * 2)), LATE);
});

test('no resolver runs if the process was too busy to abort its signal', async () => {
  assert.deepEqual(await runMutations(timed(), () => blockFor(TIMEOUT_MS * 2)), LATE);
});

test('none does once the client has left', async () => {
  const client = new AbortController();
  assert.deepEqual(await runMutations({ signal: client.signal }, () => client.abort()), LATE);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KnownOperations } from '@lockstep/runtime/http/server/known-operations.ts';
import { heapGrowth } from '@lockstep/runtime/testing/heap-growth.ts';
import { buildSchema, parse } from 'graphql';
import { operationWith } from '../testing/operation.ts';
import { CompiledOperation } from './compiled-operation.ts';

const schema = buildSchema(`
  type Query { user: User users: [User] node: Node }
  type User implements Node { id: ID name: String friends: [User] node: Node }
  interface Node { id: ID node: Node }
`);
const user: Record<string, unknown> = { __typename: 'User', id: '1', name: 'Ada' };
user.node = user;
user.friends = [user];
for (const field of Object.values(schema.getQueryType()?.getFields() ?? {})) {
  field.resolve = () => (field.name === 'users' ? [user] : user);
}

const CONDITIONS = ['a', 'b', 'c', 'd'];

/** Operations that hold much for their length. */
const KINDS: readonly { count: number; document(index: number): string; requests?: Record<string, unknown>[] }[] = [
  { count: 100, document: (index) => `{a${index}:__typename}` },
  { count: 80, document: (index) => `{a${index}:user{id}}` },
  { count: 10, document: (index) => `{user{${times(40, (at) => `a${index}x${at}:name `)}}}` },
  { count: 10, document: (index) => `{a${index}:node{${'node{'.repeat(30)}id${'}'.repeat(30)}}}` },
  {
    count: 8,
    document: (index) => `{user{...A}} fragment A on User{${times(5, (at) => `a${index}x${at}:friends{...B}`)}}
      fragment B on User{${times(5, (at) => `b${at}:friends{...C}`)}} fragment C on User{id name}`,
  },
  {
    count: 8,
    document: (index) => `query(${times(4, (at) => `$${CONDITIONS[at]}:Boolean!`)}){users{
      ${times(4, (at) => `...@include(if:$${CONDITIONS[at]}){a${index}x${at}:friends{b${at}:id}}`)}}}`,
    requests: Array.from({ length: 16 }, (_, bits) =>
      Object.fromEntries(CONDITIONS.map((name, at) => [name, ((bits >> at) & 1) === 1])),
    ),
  },
];

const MAX_BYTES = 2_000_000;
const ATTEMPTS = 3;

test('holds no more than its bound, whatever operations come', async () => {
  await fill(new KnownOperations(MAX_BYTES), 1000); // what the process keeps for itself
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const known = new KnownOperations<CompiledOperation>(MAX_BYTES);
    const { bytes } = await heapGrowth(() => fill(known, 0));
    assert.ok(bytes < MAX_BYTES * 1.1, `${bytes} bytes`);
    if (bytes > MAX_BYTES / 3) return; // else what was filled before was let go of only meanwhile
  }
  assert.fail(`it seems to hold nothing, in ${ATTEMPTS} attempts`);
});

/** Runs so many operations of each kind that what they hold is twice the bound. */
async function fill(known: KnownOperations<CompiledOperation>, first: number): Promise<void> {
  for (const { count, document, requests = [{}] } of KINDS) {
    for (let index = first; index < first + count; index += 1) {
      const source = Buffer.from(document(index)).toString();
      const operation = CompiledOperation.of(schema, parse(source));
      assert.ok(operation);
      known.set(source, undefined, operation, operation.held);
      for (const variables of requests) {
        const result = await operation.execute(operationWith(), variables);
        assert.ok(result?.data && !result.errors, JSON.stringify(result?.errors));
      }
    }
  }
}

function times(count: number, text: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => text(index)).join('');
}

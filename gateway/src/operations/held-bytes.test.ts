import assert from 'node:assert/strict';
import { test } from 'node:test';
import { heapGrowth } from '@lockstep/runtime/testing/heap-growth.ts';
import { type DocumentNode, getIntrospectionQuery, parse } from 'graphql';
import { CompiledOperation } from './compiled-operation.ts';
import { Operations } from './operations.ts';
import { Federation } from './testing/federation.ts';

// The memory that the code of operations holds counts in the bound of their cache. These are the worst operations that a client
// can make. Aliases differ from one operation to the next: V8 shares code that is generated from the same text.

const USER = { id: '1', name: 'Ada' };
const ORDER = { id: '1', amount: 1 };
const federation = new Federation({
  subgraphs: {
    users: `type Query { users: [User!]! node: Node nodes: [Node!]! }
      type User implements Node @key(fields: "id") { id: ID! name: String node: Node }
      type Robot implements Node { id: ID! name: String node: Node }
      interface Node { id: ID! name: String node: Node }`,
    orders: `type Query { orders: [Order!]! }
      type Order @key(fields: "id") { id: ID! amount: Int user: User }
      type User @key(fields: "id") { id: ID! orders: [Order!] }`,
  },
  data: { User: [USER], Order: [ORDER] },
  fallback: (_source, _args, _context, { fieldName, parentType, returnType }) => {
    const type = String(returnType).replaceAll(/[[\]!]/g, '');
    const object = {
      ...USER,
      ...ORDER,
      __typename: type === 'Node' ? (parentType.name === 'User' ? 'Robot' : 'User') : type,
    };
    if (String(returnType).startsWith('[')) return [object];
    return type[0] === type[0]?.toLowerCase() || ['ID', 'String', 'Int'].includes(type)
      ? fieldName === 'amount'
        ? 1
        : 'a'
      : object;
  },
});

interface Kind {
  readonly count: number;
  document(index: number): string;
  /** Variables of the requests; one without any if undefined. */
  readonly requests?: readonly Record<string, unknown>[];
}

const CONDITIONS = ['a', 'b', 'c', 'd', 'e', 'f'];

const KINDS: Readonly<Record<string, Kind>> = {
  'six conditions': {
    count: 2,
    document: (index) =>
      `query(${times(6, (at) => `$${CONDITIONS[at]}:Boolean!`)}){users{
        ${times(6, (at) => `...@include(if:$${CONDITIONS[at]}){a${index}x${at}:orders{b${index}x${at}:amount}}`)}id}}`,
    requests: Array.from({ length: 64 }, (_, bits) =>
      Object.fromEntries(CONDITIONS.map((name, at) => [name, ((bits >> at) & 1) === 1])),
    ),
  },
  'one field': { count: 60, document: (index) => `{a${index}:__typename}` },
  'a short list': { count: 40, document: (index) => `{a${index}:users{b${index}:id}}` },
  'many aliases': { count: 10, document: (index) => `{users{${times(28, (at) => `a${index}x${at}:name `)}}}` },
  'many root fields': {
    count: 5,
    document: (index) => `{${times(15, (at) => `a${index}x${at}:users{b${index}x${at}:id}`)}}`,
  },
  'entities of many fields': {
    count: 4,
    document: (index) => `{orders{${times(8, (at) => `a${index}x${at}:user{b${index}x${at}:name}`)}}}`,
  },
  'fragments in fragments': {
    count: 6,
    document: (index) => `{users{...A}}
      fragment A on User{${times(5, (at) => `a${index}x${at}:orders{...B}`)}}
      fragment B on Order{${times(5, (at) => `b${at}:user{...C}`)}}
      fragment C on User{id name}`,
  },
  'nested interfaces': {
    count: 10,
    document: (index) => `{a${index}:nodes{...on User{b${index}:node{...N}} ...on Robot{node{...N}}}}
      fragment N on Node{c${index}:node{d${index}:node{name} e${index}:name} ...on User{id} ...on Robot{name}}`,
  },
};

const MAX_BYTES = 2_000_000;

test('holds no more than its bound, whatever operations come', async () => {
  await fill(new Operations(federation.planner, { maxBytes: MAX_BYTES }), 1000); // what the process keeps for itself
  const operations = new Operations(federation.planner, { maxBytes: MAX_BYTES });
  const { bytes } = await heapGrowth(() => fill(operations, 0));
  assert.ok(bytes < MAX_BYTES * 1.1, `${bytes} bytes`);
  assert.ok(bytes > MAX_BYTES / 3, `${bytes} bytes`);
});

/** Runs so many operations of each kind that what they hold is twice the bound. */
async function fill(operations: Operations, first: number): Promise<void> {
  for (const { document, count, requests = [{}] } of Object.values(KINDS)) {
    for (let index = first; index < first + count; index += 1) {
      const operation = await found(operations, document(index));
      for (const variables of requests) await run(operation, variables);
    }
  }
}

test('keeps no results of introspection', async () => {
  const source = (index: number) => getIntrospectionQuery().replace('__schema', `a${index}: __schema`);
  const operations = new Operations(federation.planner);
  await run(await found(operations, source(0)), {});
  const { bytes } = await heapGrowth(async () => {
    for (let index = 1; index <= 10; index += 1) await run(await found(operations, source(index)), {});
  });
  assert.ok(bytes < 1_100_000, `${bytes} bytes`);
});

async function found(operations: Operations, source: string): Promise<CompiledOperation> {
  const document: DocumentNode = parse(source);
  const operation = await operations.get({ document, source, queryHash: source, operationName: undefined });
  assert.ok(operation instanceof CompiledOperation);
  return operation;
}

async function run(operation: CompiledOperation, variables: Record<string, unknown>): Promise<void> {
  const { data, errors } = await federation.run(operation, variables);
  assert.ok(data && !errors, JSON.stringify(errors));
}

function times(count: number, text: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => text(index)).join('');
}

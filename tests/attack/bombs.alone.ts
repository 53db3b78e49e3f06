import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { ROOT } from '../harness/process.ts';
import { send, sendJson, startTargets, type Target } from '../harness/targets.ts';

// Small requests that would take long to process, on the gateway and on each subgraph. They are rejected at once, without
// blocking the event loop, which is measured in the process itself.

const WITHIN_MS = 100;
const ROUNDS = 5;
const PROBE = pathToFileURL(join(ROOT, 'tests', 'harness', 'event-loop-probe.ts')).href;

interface Bomb {
  readonly name: string;
  readonly body: string;
  readonly status: number;
  readonly code: string;
}

const targets = await startTargets({ after }, { NODE_OPTIONS: `--import=${PROBE}` });

for (const target of targets) {
  describe(target.name, () => {
    for (const { name, body, status, code } of bombsFor(target)) {
      test(`rejects ${name} within ${WITHIN_MS} ms, and never blocks the event loop longer`, async () => {
        let [took, held] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
        // The best of several attempts, because any one can take longer on a busy machine.
        for (let round = 0; round < ROUNDS && Math.max(took, held) > WITHIN_MS; round += 1) {
          await probe(target);
          const start = performance.now();
          const answer = await refusal(target, body);
          took = Math.min(took, performance.now() - start);
          assert.deepEqual([answer.status, answer.code], [status, code], answer.text);
          held = Math.min(held, (await probe(target)).heldMs);
        }
        assert.ok(took < WITHIN_MS, `it took ${took} ms`);
        assert.ok(held < WITHIN_MS, `the event loop was held for ${held} ms`);
      });
    }

    test('leaves Object.prototype unchanged', async () => {
      assert.deepEqual((await probe(target)).inherited, Object.getOwnPropertyNames(Object.prototype));
      assert.deepEqual(await (await sendJson(target, { query: '{ __typename }' })).json(), {
        data: { __typename: 'Query' },
      });
    });
  });
}

function bombsFor({ name, list }: Target): Bomb[] {
  const type = `${list[0]?.toUpperCase()}${list.slice(1, -1)}`;
  const limit = { status: 400, code: 'OPERATION_LIMIT_EXCEEDED' };
  const [input, reserved] = [
    { status: 400, code: 'BAD_USER_INPUT' },
    { status: 400, code: 'BAD_REQUEST' },
  ];
  const document = (query: string) => JSON.stringify({ query });
  const tokens = name === 'gateway' ? 15_000 : 60_000;
  const paged = `query ($first: Int!) { ${list}(first: $first) { id } }`;
  return [
    { name: 'fragments 30 deep', body: document(fragments(30, type, `{ ${list} { ...F0 } }`, 'id')), ...limit },
    { name: 'fragments of root fields', body: document(fragments(30, 'Query', '{ ...F0 }', '__typename')), ...limit },
    {
      name: '1,000 aliased root fields',
      body: document(`{ ${many(1000, (n) => `a${n}: ${list} { id }`)} }`),
      ...limit,
    },
    { name: `${tokens + 1} tokens`, body: document(`{ ${list} { ${'id '.repeat(tokens - 4)}} }`), ...limit },
    { name: '10,000 repeated fields', body: document(`{ ${list} { ${'id '.repeat(10_000)} } }`), ...limit },
    { name: '7,000 lists in a literal', body: document(`{ ${list}(first: ${'['.repeat(7000)}`), ...limit },
    { name: '400,000 lists in each other', body: nestedIn(paged, '[', ']', 400_000), ...limit },
    { name: '300,000 objects in each other', body: nestedIn(paged, '{"":', '}', 300_000), ...limit },
    { name: '__proto__ as an alias', body: document(`{ __proto__: ${list} { id } }`), ...input },
    {
      name: '__proto__ as a variable',
      body: document(`query ($__proto__: Int) { ${list}(first: $__proto__) { id } }`),
      ...input,
    },
    {
      name: '__proto__ as a key',
      body: `{"query":"{ __typename }","variables":{"__proto__":{"polluted":1}}}`,
      ...reserved,
    },
    {
      name: '__proto__ as a key, escaped',
      body: `{"query":"{ __typename }","variables":{"a":[{"\\u005f_proto__":{"polluted":1}}]}}`,
      ...reserved,
    },
    { name: 'a body of 3 MB', body: document(`{ __typename } #${'x'.repeat(3 << 20)}`), ...limit, status: 413 },
  ];
}

async function refusal(target: Target, body: string): Promise<{ status: number; code: unknown; text: string }> {
  const response = await send(target, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  const text = await response.text();
  return { status: response.status, code: JSON.parse(text).errors?.[0]?.extensions?.code, text: text.slice(0, 500) };
}

async function probe({ process: running }: Target): Promise<{ heldMs: number; inherited: unknown }> {
  const seen = running.logs.length;
  process.kill(running.pid, 'SIGUSR2');
  const { heldMs, inherited } = await running.logged(
    (line) => line.msg === 'probe' && running.logs.indexOf(line) >= seen,
  );
  return { heldMs: Number(heldMs), inherited };
}

function many(count: number, text: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => text(index)).join(' ');
}

/** Returns fragments that each spread the next one twice. */
function fragments(depth: number, type: string, operation: string, field: string): string {
  const all = many(depth, (n) => `fragment F${n} on ${type} { ...F${n + 1} ...F${n + 1} }`);
  return `${operation} ${all} fragment F${depth} on ${type} { ${field} }`;
}

function nestedIn(query: string, open: string, close: string, depth: number): string {
  return `{"query":${JSON.stringify(query)},"variables":{"first":${open.repeat(depth)}1${close.repeat(depth)}}}`;
}

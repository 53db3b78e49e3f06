import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, test } from 'node:test';
import { tellProgress, times } from '../harness/full-count.ts';
import { residentMb } from '../harness/memory.ts';
import { sendJson, startTargets, type Target } from '../harness/targets.ts';

// Documents that are all different fill every cache of the gateway and of a subgraph, in processes with little memory. Unit tests
// fill each cache by itself (byte-cache.test.ts, held-bytes.test.ts), and look at the heap.

const HEAP_MB = 256;
/** Bound of the heap, and of all that a process has beside it. */
const MAX_RESIDENT_MB = 600;
const SECONDS = times(180, 1);
const AT_A_TIME = 16;

const targets = await startTargets({ after }, { NODE_OPTIONS: `--max-old-space-size=${HEAP_MB}` }, ['users']);

/** Short documents, one with much code, and one that is registered by its hash. */
const REQUESTS: readonly ((index: number) => object)[] = [
  (index) => ({ query: `{users(first:1){a${index}:id}}` }),
  (index) => ({ query: `{a${index}:__typename}` }),
  (index) => ({ query: `{users(first:1){id}}#${index}` }),
  (index) => ({ query: `{${Array.from({ length: 20 }, (_, at) => `a${at}x${index}:user(id:1){id name email}`)}}` }),
  (index) => {
    const query = `{__typename}#${index}`;
    const sha256Hash = createHash('sha256').update(query).digest('hex');
    return { query, extensions: { persistedQuery: { version: 1, sha256Hash } } };
  },
];

for (const target of targets) {
  test(`${target.name} survives distinct documents with a heap of ${HEAP_MB} MB`, async (t) => {
    const requests = REQUESTS.slice(0, target.name === 'gateway' ? undefined : -1);
    const end = performance.now() + SECONDS * 1000;
    let sent = 0;
    const sendOn = async () => {
      while (performance.now() < end) {
        const request = requests[sent % requests.length]?.(sent + 1_000_000);
        sent += 1;
        await sendOne(target, request);
        if (sent % 1000 === 0) tellProgress('documents', SECONDS - (end - performance.now()) / 1000, SECONDS);
      }
    };
    await Promise.all(Array.from({ length: AT_A_TIME }, sendOn));
    t.diagnostic(`${sent} documents, RSS ${residentMb(target.process)} MB`);
    assert.ok(residentMb(target.process) < MAX_RESIDENT_MB, `RSS ${residentMb(target.process)} MB`);
    await sendOne(target, { query: '{__typename}' });
  });
}

async function sendOne(target: Target, request: unknown): Promise<void> {
  const response = await sendJson(target, request);
  const text = await response.text();
  assert.equal(response.status, 200, text);
}

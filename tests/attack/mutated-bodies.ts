import assert from 'node:assert/strict';
import { Agent, request as httpRequest } from 'node:http';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { Random } from '@lockstep/gateway/operations/testing/random.ts';
import { tellProgress, times } from '../harness/full-count.ts';
import { residentMb } from '../harness/memory.ts';
import { type MutatedRequest, mutateRequest } from '../harness/mutation/requests.ts';
import { validBodies } from '../harness/mutation/valid-requests.ts';
import { sendJson, type Target } from '../harness/targets.ts';
import { targets } from './usual-targets.ts';

// Nearly valid requests, chosen by FUZZ_SEED: 100,000 at full count, 2,400 in `npm test`.

const SEED = Number(process.env.FUZZ_SEED ?? 1);
const AT_A_TIME = 12;
const MAX_RSS_MB = 700;
/** Number of failures reported before the test ends. */
const TOLD = 10;
const UNANSWERED_AFTER_MS = 20_000;

/** Text that only failed responses contain. */
const INTERNALS = [
  /node_modules|file:\/\/|\bat [\w.<> ]*\(?\/|\.[jt]s:\d/,
  /sqlite|no such (table|column)|constraint failed/i,
  /(Range|Type|Reference)Error|Cannot read prop|is not a function|is not iterable|call stack/,
  /127\.0\.0\.1|localhost|econn|x-subgraph-secret|a secret for this test only/i,
];

const perTarget = times(100_000, 2400) / targets.length;

for (const target of targets) {
  test(`${target.name} answers ${perTarget} mutated requests without a crash or a failure`, async (t) => {
    const agent = new Agent({ keepAlive: true, maxSockets: AT_A_TIME });
    t.after(() => agent.destroy());
    const bodies = validBodies(target.name);
    for (const body of bodies) await sendJson(target, body).then((response) => response.text());
    const counts = new Map<string, number>();
    const rssBefore = residentMb(target.process);
    const failed: string[] = [];
    let sent = 0;
    const sendSome = async () => {
      while (sent < perTarget && failed.length < TOLD) {
        sent += 1;
        const number = sent;
        const request = mutateRequest(bodies, new Random(SEED * 1_000_003 + number));
        const outcome = await check(target, agent, request).catch((error: Error) => {
          failed.push(`${describe(target, request, number)}\n${error.message}`);
          return 'failed';
        });
        counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
        tellProgress(target.name, number, perTarget);
      }
    };
    await Promise.all(Array.from({ length: AT_A_TIME }, sendSome));
    assert.equal(failed.length, 0, failed.join('\n\n'));
    t.diagnostic([...counts].map(([outcome, count]) => `${outcome}: ${count}`).join(', '));
    t.diagnostic(`RSS from ${rssBefore} MB to ${residentMb(target.process)} MB`);
    assert.ok(residentMb(target.process) < MAX_RSS_MB, `${residentMb(target.process)} MB`);
    assert.deepEqual(await (await sendJson(target, { query: '{ __typename }' })).json(), {
      data: { __typename: 'Query' },
    });
    assert.deepEqual(failuresOf(target), []);
  });
}

/** Returns the status of a response and the code of its first error. */
async function check(target: Target, agent: Agent, request: MutatedRequest): Promise<string> {
  const { status, body } = await exchange(target, agent, request);
  const seen = `${status} ${body.slice(0, 2000)}`;
  assert.ok(status >= 200 && status < 500, seen);
  for (const internal of INTERNALS) assert.doesNotMatch(body, internal);
  const answer = JSON.parse(body);
  const errors: { message: string; extensions?: { code?: unknown } }[] = answer.errors ?? [];
  assert.ok(errors.length > 0 || typeof answer.data === 'object', seen);
  for (const { message, extensions } of errors) {
    assert.equal(typeof message, 'string', seen);
    assert.match(String(extensions?.code), /^[A-Z_]+$/, seen);
    assert.notEqual(extensions?.code, 'INTERNAL_SERVER_ERROR', seen);
    assert.doesNotMatch(message, /Did you mean/);
  }
  return `${status} ${errors[0]?.extensions?.code ?? 'data'}`;
}

function exchange(target: Target, agent: Agent, sent: MutatedRequest): Promise<{ status: number; body: string }> {
  const { method, search, headers, body } = sent;
  return new Promise((resolve, reject) => {
    const options = { method, agent, headers: { ...target.headers, ...headers, 'content-length': body.length } };
    const request = httpRequest(`${target.process.url}${search}`, options, (response) => {
      text(response).then((body) => resolve({ status: response.statusCode ?? 0, body }), reject);
    });
    request.setTimeout(UNANSWERED_AFTER_MS, () => request.destroy(new Error('not answered')));
    request.once('error', reject).end(body);
  });
}

function describe({ name }: Target, { method, search, headers, body }: MutatedRequest, number: number): string {
  const shown = body.length > 4000 ? `${body.subarray(0, 4000)}… (${body.length} bytes)` : String(body);
  return `${name}, FUZZ_SEED=${SEED}, request ${number}: ${method} ${search} ${JSON.stringify(headers)}\n${shown}`;
}

/** Returns the unexpected errors in the log. */
function failuresOf({ process }: Target): unknown[] {
  return process.logs.filter(({ level, msg }) => level === 'error' || level === 'fatal' || /unexpected/.test(msg));
}

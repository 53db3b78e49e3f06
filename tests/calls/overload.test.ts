import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { start } from '../harness/graph.ts';
import { serveGreetings } from './greetings.ts';
import { supergraphOf } from './settings.ts';

const LIMIT = 20;
const ANSWER_MS = 100;
const OVERLOAD_MS = process.env.FAULTS === 'full' ? 60_000 : 3000;
const MEASURED_MS = 2000;

interface Outcome {
  readonly status: number;
  readonly ms: number;
  readonly text: string;
}

async function send(url: string): Promise<Outcome> {
  const headers = { 'content-type': 'application/json' };
  const sentAt = performance.now();
  const response = await fetch(url, { method: 'POST', headers, body: '{"query":"{ hello }"}' });
  const text = await response.text();
  return { status: response.status, ms: performance.now() - sentAt, text };
}

const isGood = ({ status }: Outcome) => status === 200;

/** How many are answered a second by as many clients as may be served at a time, each sending the next after its answer. */
async function peak(url: string): Promise<number> {
  let answered = 0;
  const end = performance.now() + MEASURED_MS;
  const client = async () => {
    while (performance.now() < end) if (isGood(await send(url))) answered += 1;
  };
  await Promise.all(Array.from({ length: LIMIT }, client));
  return (answered / MEASURED_MS) * 1000;
}

/** Sends so many a second, whatever becomes of them. */
async function sendOpenLoop(url: string, perSecond: number): Promise<Outcome[]> {
  const sent: Promise<Outcome>[] = [];
  const startedAt = performance.now();
  for (let now = startedAt; now < startedAt + OVERLOAD_MS; now = performance.now()) {
    while (sent.length < ((now - startedAt) / 1000) * perSecond) sent.push(send(url));
    await delay(2);
  }
  return Promise.all(sent);
}

test('at three times its capacity it does nearly what it can, refuses the rest at once, and is itself again after it', async (t) => {
  const subgraph = await serveGreetings(t, { answersAfterMs: ANSWER_MS });
  const file = await supergraphOf(t, subgraph.url, { traffic: [`concurrency_limit: ${LIMIT}`] });
  const { url } = await start(t, 'gateway', { SUPERGRAPH_FILE: file });
  await peak(url); // warm
  const before = await peak(url);

  const outcomes = await sendOpenLoop(url, before * 3);
  // Within five seconds: two measurements.
  let afterwards = await peak(url);
  if (afterwards < before * 0.9) afterwards = await peak(url);
  assert.ok(afterwards >= before * 0.9, `${afterwards} a second, ${before} before`);

  const goodput = (outcomes.filter(isGood).length / OVERLOAD_MS) * 1000;
  assert.ok(goodput >= before * 0.9, `${goodput} a second of ${before}`);

  const refused = outcomes.filter((outcome) => !isGood(outcome));
  for (const { status, text } of refused) {
    assert.equal(status, 503);
    assert.match(text, /"code":"OVERLOADED"/);
  }
  assert.ok(refused.length > outcomes.length / 3, `${refused.length} of ${outcomes.length} were refused`);
  const taken = refused.map(({ ms }) => ms).sort((a, b) => a - b);
  const median = taken[taken.length >> 1] ?? Number.NaN;
  assert.ok(median < 50, `half of the refusals took more than ${median} ms`);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ExpectedError } from '@lockstep/runtime/graphql/errors.ts';
import { PlanQueue } from './plan-queue.ts';

interface Job {
  readonly client: string | undefined;
  readonly name: string;
}

const isOverloaded = (error: unknown) => error instanceof ExpectedError && error.extensions.code === 'OVERLOADED';

/** Takes everything that waits, and charges each client for its operations. */
function runAll(queue: PlanQueue<Job>, costs: Readonly<Record<string, number>>): string[] {
  const names: string[] = [];
  for (let job = queue.take(); job; job = queue.take()) {
    names.push(job.name);
    queue.charge(job, costs[job.client ?? ''] ?? 1);
  }
  return names;
}

test('refuses the 101st operation of a client at once, and takes those of others', () => {
  const queue = new PlanQueue<Job>();
  for (let count = 0; count < 100; count += 1) queue.add({ client: 'a', name: `a${count}` });
  assert.throws(() => queue.add({ client: 'a', name: 'a100' }), isOverloaded);
  queue.add({ client: 'b', name: 'b0' });
  queue.take();
  queue.add({ client: 'a', name: 'a101' });
});

test('refuses the 501st operation of all clients at once, but none of the gateway itself', () => {
  const queue = new PlanQueue<Job>();
  for (let count = 0; count < 500; count += 1) queue.add({ client: `client ${count}`, name: '' });
  assert.throws(() => queue.add({ client: 'another', name: '' }), isOverloaded);
  queue.add({ client: undefined, name: '' });
  queue.take();
  queue.take();
  queue.add({ client: 'another', name: '' });
});

test('takes the operations of a client in order, and clients in turns', () => {
  const queue = new PlanQueue<Job>();
  for (const name of ['a0', 'a1', 'a2']) queue.add({ client: 'a', name });
  for (const name of ['b0', 'b1']) queue.add({ client: 'b', name });
  assert.deepEqual(runAll(queue, {}), ['a0', 'b0', 'a1', 'b1', 'a2']);
});

test('a client with slow operations delays its own', () => {
  const queue = new PlanQueue<Job>();
  for (const name of ['slow0', 'slow1', 'slow2']) queue.add({ client: 'slow', name });
  for (let count = 0; count < 5; count += 1) queue.add({ client: 'quick', name: `quick${count}` });
  const order = runAll(queue, { slow: 1000, quick: 10 });
  assert.deepEqual(order.slice(0, 6), ['slow0', 'quick0', 'quick1', 'quick2', 'quick3', 'quick4']);
});

test('a client that comes later is owed nothing for the time when it was not there', () => {
  const queue = new PlanQueue<Job>();
  for (let count = 0; count < 4; count += 1) queue.add({ client: 'a', name: `a${count}` });
  for (let count = 0; count < 2; count += 1) queue.charge(queue.take() ?? assert.fail(), 100);
  for (let count = 0; count < 3; count += 1) queue.add({ client: 'b', name: `b${count}` });
  assert.deepEqual(runAll(queue, { a: 100, b: 100 }).slice(0, 3), ['b0', 'a2', 'b1']);
});

test('an operation that is removed gives its place to another, and one that has been taken stays out', () => {
  const queue = new PlanQueue<Job>();
  const jobs = Array.from({ length: 100 }, (_, index) => ({ client: 'a', name: `a${index}` }));
  for (const job of jobs) queue.add(job);
  const [first, second] = jobs;
  assert.ok(first && second);
  assert.ok(queue.remove(second));
  queue.add({ client: 'a', name: 'another' });
  assert.equal(queue.take(), first);
  assert.equal(queue.remove(first), false);
  assert.equal(queue.remove(second), false);
  assert.equal(queue.size, 99);
  assert.equal(queue.take(), jobs[2]);
});

test('an operation that is put back is the first of its client', () => {
  const queue = new PlanQueue<Job>();
  for (const name of ['a0', 'a1']) queue.add({ client: 'a', name });
  const taken = queue.take();
  assert.ok(taken);
  queue.putBack(taken);
  assert.deepEqual(runAll(queue, {}), ['a0', 'a1']);
});

import { setTimeout as delay } from 'node:timers/promises';
import { operationNamed } from '../operations/all.ts';
import { fire } from './burst.ts';
import type { FromGenerator, LoadOrder, ToGenerator } from './messages.ts';

// The load generator, in a process of its own so that its CPU time is not measured.

/** Time for the system to finish the warm-up's last requests, which are cut off. */
const SETTLE_MS = 200;

const tell = (message: FromGenerator) => process.send?.(message);

let proceed = () => {};

process.on('message', (message: ToGenerator) => {
  if (message.kind === 'count') proceed();
  else load(message.order).catch((error: unknown) => tell({ kind: 'failed', message: String(error) }));
});
process.on('disconnect', () => process.exit());

async function load({ operation: name, warmUpSeconds, countedSeconds, ...order }: LoadOrder): Promise<void> {
  const burst = { ...order, operation: operationNamed(name) };
  let rate = 0;
  if (warmUpSeconds > 0) {
    const warm = await fire({ ...burst, length: { seconds: warmUpSeconds } });
    rate = warm.answers / warm.seconds || 0;
    await delay(SETTLE_MS);
  }
  const counting = new Promise<void>((resolve) => {
    proceed = resolve;
  });
  tell({ kind: 'warm' });
  await counting;
  // By number instead of time, so that every request that costs CPU time is counted.
  const amount = Math.max(Math.round(rate * countedSeconds), order.connections * 2);
  tell({ kind: 'done', result: await fire({ ...burst, length: { amount } }) });
}

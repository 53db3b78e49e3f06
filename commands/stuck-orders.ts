import { findCheckoutDatabases, findStuckCheckouts } from './databases/checkout-check.ts';
import { readAppsInForce } from './processes/in-force.ts';
import { runCommand } from './terminal/command.ts';

// `npm run orders:stuck`: lists the checkouts that have not ended, since when, and why.

await runCommand(async () => {
  const { orders } = findCheckoutDatabases(await readAppsInForce());
  const stuck = await findStuckCheckouts(orders);
  for (const { orderId, state, since, problem } of stuck) {
    console.log(`order ${orderId}: ${state} since ${since}: ${problem ?? 'under way, or waiting for the sweep'}`);
  }
  if (stuck.length === 0) console.log('Every checkout has ended.');
});

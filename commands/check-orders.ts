import { checkCheckouts, findCheckoutDatabases } from './databases/checkout-check.ts';
import { CommandError, runCommand } from './terminal/command.ts';

// `npm run check:orders`: checks that the databases of orders and products agree about every checkout. It only reads.
// Checkouts under way show as problems, and are gone in the next run.

await runCommand(async () => {
  const { checkouts, products, problems } = checkCheckouts(findCheckoutDatabases());
  if (problems.length > 0) throw new CommandError(problems.join('\n'));
  console.log(`${checkouts} checkouts and ${products} products: every checkout has ended, all stock is accounted for.`);
});

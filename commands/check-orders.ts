import { checkCheckouts, findCheckoutDatabases } from './databases/checkout-check.ts';
import { CommandError, runCommand } from './terminal/command.ts';

// `npm run check:orders`: whether the databases of orders and products agree about every checkout. It reads, and changes
// nothing; what is under way while it reads shows as a problem, and is gone when it is run again.

await runCommand(async () => {
  const { checkouts, products, problems } = checkCheckouts(findCheckoutDatabases());
  if (problems.length > 0) throw new CommandError(problems.join('\n'));
  console.log(`${checkouts} checkouts and ${products} products: each has ended, all stock is accounted for.`);
});

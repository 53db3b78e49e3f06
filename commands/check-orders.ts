import { checkCheckouts, findCheckoutDatabases } from './databases/checkout-check.ts';
import { readAppsInForce } from './processes/in-force.ts';
import { CommandError, runCommand } from './terminal/command.ts';
import { counted } from './terminal/counted.ts';
import { Progress } from './terminal/progress.ts';

// `npm run check:orders`: checks that the databases of orders and products agree about every checkout. It only reads.
// Checkouts under way show as problems, and are gone in the next run.

const PATIENCE_MS = 1000;

await runCommand(async () => {
  const databases = findCheckoutDatabases(await readAppsInForce());
  let progress: Progress | undefined;
  const { checkouts, products, problems } = await checkCheckouts(databases, (done, total) => {
    progress ??= new Progress('checks', total, PATIENCE_MS);
    progress.reach(done);
  });
  if (problems.length > 0) throw new CommandError(problems.join('\n'));
  console.log(
    `${counted(checkouts, 'checkout')} and ${counted(products, 'product')}: every checkout has ended, all stock is accounted for.`,
  );
});

import { parseArgs } from 'node:util';
import { seedOrders } from './seeding/seed-orders.ts';
import { seedOthers } from './seeding/seed-others.ts';
import { seedProducts } from './seeding/seed-products.ts';
import { seedUsers } from './seeding/seed-users.ts';
import { CommandError, runCommand } from './terminal/command.ts';
import { counted } from './terminal/counted.ts';

// `npm run seed`, `npm run seed -- --users 1000 --orders 5000 --url …`: fills a graph with users, a catalogue and orders, and what
// other subgraphs add to them, through its own public API. It can be run again, also with other numbers: it keeps what exists.

interface Options {
  readonly users: number;
  readonly orders: number;
  readonly url: string;
}

await runCommand(async () => {
  const options = await readOptions(process.argv.slice(2));
  const users = await seedUsers(options.url, options.users);
  const products = await seedProducts(options.url);
  const ids = { userIds: users.ids, productIds: products.ids };
  const orders = await seedOrders(options.url, ids, options.orders);
  await seedOthers(options.url, { users: users.ids, products: products.ids });
  console.log(`
Created ${counted(users.created, 'user')}, ${counted(products.created, 'product')} and ${counted(orders.created, 'order')}; \
${counted(users.found, 'user')}, ${counted(products.found, 'product')} and ${counted(orders.found, 'order')} existed already.
Open ${options.url} and ask: { users(first: 3) { name orders(first: 2) { amount items { quantity product { name } } } } }`);
});

/** @throws {CommandError} naming the option, its value and what would do */
async function readOptions(args: string[]): Promise<Options> {
  const { users, orders, url } = parse(args);
  const options = {
    users: toCount('users', users),
    orders: toCount('orders', orders),
    url: url ?? (await configuredUrl()),
  };
  if (!/^https?:/.test(options.url) || !URL.canParse(options.url)) {
    throw new CommandError(`--url ${options.url}: give the address of a graph, such as http://127.0.0.1:4000/graphql`);
  }
  if (options.orders > 0 && options.users === 0) throw new CommandError('--users 0: orders need at least one user');
  return options;
}

/** Loads what reads the gateway's settings, which takes half of the command's start. */
async function configuredUrl(): Promise<string> {
  const { readAppsInForce } = await import('./processes/in-force.ts');
  const { graphUrl } = await import('./processes/graph-url.ts');
  return graphUrl(await readAppsInForce());
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        users: { type: 'string', default: '25' },
        orders: { type: 'string', default: '100' },
        url: { type: 'string' },
      },
    }).values;
  } catch (error) {
    throw new CommandError(
      `${error instanceof Error ? error.message : error}; the options are --users, --orders and --url`,
    );
  }
}

function toCount(name: string, text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new CommandError(`--${name} ${text}: give a whole number, 0 or more`);
}

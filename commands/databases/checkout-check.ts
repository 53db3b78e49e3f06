import type Database from 'better-sqlite3';
import type { App } from '../processes/apps.ts';
import { CommandError } from '../terminal/command.ts';
import { type CheckoutDatabases, withBoth } from './checkout-databases.ts';
import { locateDatabases } from './find-databases.ts';
import { withRows } from './read-rows.ts';

/** Number of rows that were checked, and a line for each violation. */
export interface CheckoutReport {
  readonly checkouts: number;
  readonly products: number;
  readonly problems: readonly string[];
}

/** Checkout that has not ended. */
export interface StuckCheckout {
  readonly orderId: number;
  readonly state: 'RESERVING' | 'RELEASING';
  /** Time at which it reached this state, ISO 8601 in UTC. */
  readonly since: string;
  /** Reason why the last attempt to end it failed. */
  readonly problem: string | null;
}

/** Queries that return each violation as `problem`. Orders is the main database, products is attached as `shop`. */
const INVARIANTS: readonly string[] = [
  // each checkout has ended
  `select 'order ' || order_id || ': its checkout has not ended, it is ' || state || ' since ' || changed_at as problem
   from sagas where state <> 'ENDED'`,
  `select 'order ' || id || ': its checkout has ended, and it is ' || status as problem
   from sagas join orders on orders.id = order_id
   where state = 'ENDED' and status not in ('CONFIRMED', 'CANCELLED')`,
  // stock + reserved = put in
  `select 'product ' || id || ': ' || stock || ' in stock and ' || reserved || ' reserved are not the ' || put_in ||
     ' that were put in' as problem
   from (
     select id, stock, put_in, coalesce(quantity, 0) as reserved
     from shop.products left join (
       select product_id, sum(quantity) as quantity from shop.reservation_items join shop.reservations using (order_id)
       where state = 'RESERVED' group by product_id
     ) on product_id = id
   ) where stock < 0 or stock + reserved <> put_in`,
  // no reservation without its order, no confirmed order without its reservation
  `select 'order ' || order_id || ': products has a reservation for it, and it is ' || coalesce(status, 'unknown') as problem
   from shop.reservations left join orders on orders.id = order_id left join sagas using (order_id)
   where reservations.state = 'RESERVED' and status is not 'CONFIRMED' and (sagas.state is null or sagas.state = 'ENDED')`,
  `select 'order ' || order_id || ': it is CONFIRMED, and its reservation of product ' || product_id ||
     ' is not what it says' as problem
   from (
     select order_id, product_id, quantity, price_minor from order_items
     join orders on orders.id = order_id join sagas using (order_id)
     where status = 'CONFIRMED' and sagas.state = 'ENDED'
     except
     select order_id, product_id, quantity, price_minor from shop.reservation_items
     join shop.reservations using (order_id) where state = 'RESERVED'
   )`,
  // amounts equal their items
  `select 'order ' || id || ': its amount is ' || amount_minor || ' and its items add up to ' || total || ' minor units'
     as problem
   from (
     select id, amount_minor, (
       select coalesce(sum(quantity * price_minor), 0) from order_items where order_id = orders.id
     ) as total
     from orders join sagas on order_id = orders.id
   ) where amount_minor <> total`,
];

/** Returns the two databases of these apps. @throws {CommandError} as {@link locateDatabases}, or if there is no such app */
export function findCheckoutDatabases(apps: readonly App[]): CheckoutDatabases {
  const databases = locateDatabases(apps);
  const locationOf = (subgraph: string) => {
    const location = databases.find(({ name }) => name === subgraph)?.location;
    if (location) return location;
    throw new CommandError(`${subgraph}: this project has no such subgraph, so it has no checkouts`);
  };
  return { orders: locationOf('orders'), products: locationOf('products') };
}

/**
 * Checks that the databases agree about every checkout. They are read one after the other, so a checkout that is under way may
 * show as a problem, which is gone a moment later.
 *
 * @param onProgress called after each of the checks with the number of those done, and that of all
 * @throws {CommandError} if one of the databases isn't there or can't be read
 */
export async function checkCheckouts(
  databases: CheckoutDatabases,
  onProgress: (done: number, total: number) => void = () => {},
): Promise<CheckoutReport> {
  return withBoth(databases, (database) => {
    const problems = INVARIANTS.flatMap((sql, index) => {
      const found = database.prepare(sql).pluck().all().map(String);
      onProgress(index + 1, INVARIANTS.length);
      return found;
    });
    return { checkouts: count(database, 'sagas'), products: count(database, 'shop.products'), problems };
  });
}

/** Returns the checkouts that have not ended, the oldest first. @throws {CommandError} if the database isn't there or can't be read */
export function findStuckCheckouts(orders: string): Promise<StuckCheckout[]> {
  const query = `select order_id as "orderId", state, changed_at as since, problem from sagas where state <> 'ENDED'
    order by order_id`;
  return withRows({ name: 'orders', location: orders }, (rows) => rows<StuckCheckout>(query));
}

function count(database: Database.Database, table: string): number {
  return Number(database.prepare(`select count(*) from ${table}`).pluck().get());
}

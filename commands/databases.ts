import { join } from 'node:path';
import { ROOT } from './apps.ts';
import type { CheckoutDatabases } from './checkout-check.ts';

/** The database files of this environment. */
export function readDatabases(): CheckoutDatabases {
  const { ORDERS_DATABASE, PRODUCTS_DATABASE } = process.env;
  return {
    orders: ORDERS_DATABASE ?? join(ROOT, 'subgraphs', 'orders', 'data', 'orders.sqlite'),
    products: PRODUCTS_DATABASE ?? join(ROOT, 'subgraphs', 'products', 'data', 'products.sqlite'),
  };
}

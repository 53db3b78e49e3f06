import { join } from 'node:path';
import Database from 'better-sqlite3';

const [USERS, PRODUCTS] = [200, 500];
/** The first orders are all of the first user, so that each page of a hundred leads to as many again. */
const [ORDERS_OF_FIRST_USER, OTHER_ORDERS] = [5000, 1000];
/** The first orders have as many items as a checkout may have. */
const [FULL_ORDERS, MAX_ITEMS] = [200, 100];
const TIME = '2026-11-22T21:30:00.000Z';
/** The longest name that is accepted, of the characters that take most bytes in JSON. */
const LONGEST_NAME = '\u{1F600}'.repeat(100);

/** Fills the databases in a folder with data that make pages and their items as large as they get. */
export function fillShop(folder: string): void {
  fill(join(folder, 'users.sqlite'), (insert) => {
    for (let id = 1; id <= USERS; id++) {
      const email = `${'e'.repeat(240)}@${id}.example`;
      insert('users', { id, name: LONGEST_NAME, email, email_key: email, created_at: TIME });
    }
  });
  fill(join(folder, 'products.sqlite'), (insert) => {
    for (let id = 1; id <= PRODUCTS; id++) {
      insert('products', { id, name: LONGEST_NAME, price_minor: 999_999_999, stock: 1_000_000, put_in: 1_000_000 });
    }
  });
  fill(join(folder, 'orders.sqlite'), (insert) => {
    for (let id = 1; id <= ORDERS_OF_FIRST_USER + OTHER_ORDERS; id++) {
      const user_id = id <= ORDERS_OF_FIRST_USER ? 1 : 1 + (id % USERS);
      insert('orders', { id, user_id, amount_minor: 999_999_999, status: 'CONFIRMED', created_at: TIME });
      for (let product_id = 1; product_id <= (id <= FULL_ORDERS ? MAX_ITEMS : 2); product_id++) {
        insert('order_items', { order_id: id, product_id, quantity: 1000, price_minor: 999_999_999 });
      }
    }
  });
}

function fill(file: string, rows: (insert: (table: string, row: Record<string, unknown>) => void) => void): void {
  const database = new Database(file);
  const statements = new Map<string, Database.Statement>();
  try {
    database.transaction(() =>
      rows((table, row) => {
        const columns = Object.keys(row);
        let statement = statements.get(table);
        if (!statement) {
          statement = database.prepare(
            `insert into ${table} (${columns}) values (${columns.map((name) => `@${name}`)})`,
          );
          statements.set(table, statement);
        }
        statement.run(row);
      }),
    )();
  } finally {
    database.close();
  }
}

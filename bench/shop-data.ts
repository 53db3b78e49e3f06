// The shop's data by formula, for seeding and for checking answers.

/** Number of users. A test sets the variable, because seeding takes most of a smoke run's time. */
export const USERS = Number(process.env.BENCH_USERS ?? 100);
/** Number of orders per user, the same as `user` requests. */
export const ORDERS_A_USER = 20;
export const ORDERS = USERS * ORDERS_A_USER;

/** A number coprime to {@link USERS}. It gives consecutive orders to different users, so that a page of orders needs as many. */
const USER_STEP = 37;

export interface ShopUser {
  readonly id: string;
  readonly name: string;
  readonly email: string;
}

export interface ShopOrder {
  readonly id: string;
  readonly amount: string;
  readonly status: 'PENDING';
}

/** Returns the user with this key, 1 to {@link USERS}. */
export function shopUser(key: number): ShopUser {
  return { id: String(key), name: `User Number ${key}`, email: `user.${key}@example.com` };
}

/** Returns the order with this key, 1 to {@link ORDERS}. */
export function shopOrder(key: number): ShopOrder {
  return { id: String(key), amount: (1 + ((key * 7919) % 9900) / 100).toFixed(2), status: 'PENDING' };
}

/** Returns the key of an order's user. */
export function ownerOf(orderKey: number): number {
  return ((orderKey * USER_STEP) % USERS) + 1;
}

/** Returns the keys of a user's orders in ascending order. */
export function ordersOf(userKey: number): number[] {
  return Array.from({ length: ORDERS }, (_, index) => index + 1).filter((key) => ownerOf(key) === userKey);
}

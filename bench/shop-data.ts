// The shop's data, by formula: what is seeded, and so what every right answer says.

export const USERS = 100;
/** As many as one `user` asks for. */
export const ORDERS_A_USER = 20;
export const ORDERS = USERS * ORDERS_A_USER;

/** Coprime to {@link USERS}: consecutive orders belong to different users, so that a page of orders asks for as many. */
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

/** The user with this key, 1 to {@link USERS}. */
export function shopUser(key: number): ShopUser {
  return { id: String(key), name: `User Number ${key}`, email: `user.${key}@example.com` };
}

/** The order with this key, 1 to {@link ORDERS}. */
export function shopOrder(key: number): ShopOrder {
  return { id: String(key), amount: (1 + ((key * 7919) % 9900) / 100).toFixed(2), status: 'PENDING' };
}

/** The key of the user whose order this is. */
export function ownerOf(orderKey: number): number {
  return ((orderKey * USER_STEP) % USERS) + 1;
}

/** The keys of a user's orders, ascending. */
export function ordersOf(userKey: number): number[] {
  return Array.from({ length: ORDERS }, (_, index) => index + 1).filter((key) => ownerOf(key) === userKey);
}

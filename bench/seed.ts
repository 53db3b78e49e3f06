import { getData } from './ask.ts';
import { ORDERS, ownerOf, shopOrder, shopUser, USERS } from './shop-data.ts';

/** Number of mutations per request. They run one after the other, so that ids are in order. */
const MUTATIONS_A_REQUEST = 20;

/** Fills empty subgraphs of the shop's schema with the bench's data by their mutations. */
export async function seed(usersUrl: string, ordersUrl: string): Promise<void> {
  await mutate(usersUrl, USERS, (key) => {
    const { name, email } = shopUser(key);
    return `createUser(name: "${name}", email: "${email}") { id }`;
  });
  await mutate(ordersUrl, ORDERS, (key) => {
    return `createOrder(userId: "${ownerOf(key)}", amount: "${shopOrder(key).amount}") { id }`;
  });
}

async function mutate(url: string, count: number, fieldOf: (key: number) => string): Promise<void> {
  for (let first = 1; first <= count; first += MUTATIONS_A_REQUEST) {
    const keys = Array.from({ length: Math.min(MUTATIONS_A_REQUEST, count - first + 1) }, (_, index) => first + index);
    const created = await getData(url, `mutation { ${keys.map((key) => `m${key}: ${fieldOf(key)}`).join('\n')} }`);
    const last = JSON.stringify(created).match(/"id":"(\d+)"\}\}$/)?.[1];
    if (last !== String(keys.at(-1))) throw new Error(`${url} gave the id ${last} where ${keys.at(-1)} was next`);
  }
}

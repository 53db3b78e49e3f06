import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { type Answer, ask } from '../harness/client.ts';
import { times } from '../harness/full-count.ts';

const CREATE_ORDER = `mutation ($userId: ID!, $amount: Money!, $key: String!) {
  created: createOrder(userId: $userId, amount: $amount, idempotencyKey: $key) { id }
}`;
const CHECKOUT = `mutation ($userId: ID!, $items: [CheckoutItem!]!, $key: String!) {
  created: checkout(userId: $userId, items: $items, idempotencyKey: $key) { id }
}`;
const RESTOCK = `mutation ($productId: ID!, $key: String!) {
  created: restock(productId: $productId, quantity: 1, idempotencyKey: $key) { id }
}`;
const CREATE_USER = `mutation ($email: String!) { created: createUser(name: "Grace Hopper", email: $email) { id } }`;

/** Time between writes. `npm test` writes less, so that a test doesn't take all of the machine. */
const PAUSE_MS = times(20, 200);

/** Writes that clients were told of. */
export interface Acknowledged {
  /** Ids of users by their e-mail. */
  readonly users: Map<string, string>;
  /** Ids of orders by their key. */
  readonly orders: Map<string, string>;
  /** Ids of checkouts by their key. */
  readonly checkouts: Map<string, string>;
  /** Keys of restocks. */
  readonly restocks: Map<string, string>;
}

/** Clients that write all the time, and send each write again with its key until it is acknowledged. */
export class Shoppers {
  readonly acknowledged: Acknowledged = {
    users: new Map(),
    orders: new Map(),
    checkouts: new Map(),
    restocks: new Map(),
  };
  readonly #url: string;
  readonly #userId: string;
  readonly #productId: string;
  #number = 0;
  #isOver = false;
  readonly #working: Promise<void>[];

  constructor(url: string, userId: string, productId: string) {
    this.#url = url;
    this.#userId = userId;
    this.#productId = productId;
    this.#working = [this.#work(), this.#work()];
  }

  /** Resolves when all that was begun is acknowledged. */
  async end(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#working);
  }

  async #work(): Promise<void> {
    const { users, orders, checkouts, restocks } = this.acknowledged;
    const of = { userId: this.#userId, productId: this.#productId };
    while (!this.#isOver) {
      this.#number += 1;
      const key = `write ${this.#number}`;
      const items = [{ productId: this.#productId, quantity: 1 }];
      await this.#write(orders, CREATE_ORDER, { ...of, amount: `${this.#number}.50`, key });
      await this.#write(checkouts, CHECKOUT, { ...of, items, key: `checkout ${key}` });
      await this.#write(restocks, RESTOCK, { ...of, key: `restock ${key}` });
      const email = `grace-${this.#number}@example.com`;
      users.set(email, await this.#createUser(email));
      await delay(PAUSE_MS);
    }
  }

  async #write(
    into: Map<string, string>,
    mutation: string,
    variables: Readonly<Record<string, unknown>>,
  ): Promise<void> {
    for (;;) {
      const { data } = await this.#send(mutation, variables);
      if (!data?.created) {
        await delay(PAUSE_MS);
        continue;
      }
      into.set(String(variables.key), data.created.id);
      return;
    }
  }

  /** Users have no key: the address is unique, so that of an earlier attempt was taken by that. */
  async #createUser(email: string): Promise<string> {
    for (;;) {
      const { data, errors = [] } = await this.#send(CREATE_USER, { email });
      if (data?.created) return data.created.id;
      if (errors[0]?.extensions.code === 'EMAIL_TAKEN') return 'unknown';
      await delay(PAUSE_MS);
    }
  }

  async #send(
    mutation: string,
    { userId, productId, amount, items, key, email }: Readonly<Record<string, unknown>>,
  ): Promise<Answer<{ created: { id: string } | null }>> {
    const answer = await ask<{ created: { id: string } | null }>(this.#url, mutation, {
      ...(mutation !== CREATE_USER && mutation !== RESTOCK && { userId }),
      ...(mutation === RESTOCK && { productId }),
      ...{ amount, items, key, email },
    });
    for (const { extensions } of answer.errors ?? []) {
      assert.doesNotMatch(String(extensions.code), /INTERNAL|IDEMPOTENCY|BAD_USER/, answer.text);
    }
    return answer;
  }
}

import { ExpectedError } from '@lockstep/runtime/graphql/errors.ts';
import type { GraphQLAnswer } from '@lockstep/runtime/http/client/subgraph-answer.ts';
import { SubgraphClient, type SubgraphClientOptions } from '@lockstep/runtime/http/client/subgraph-client.ts';
import type { Lifetime } from '@lockstep/runtime/http/deadline.ts';
import { parseAmount } from '@lockstep/subgraph-kit/scalars.ts';
import { UnusableAnswers } from '@lockstep/subgraph-kit/unusable-answers.ts';
import { z } from 'zod';
import type { Item, PricedItem } from './database/order-items.ts';

const SUBGRAPH = 'products';
const RESERVE = `mutation ReserveStock($orderId: ID!, $items: [ReservationItem!]!) {
  reserveStock(orderId: $orderId, items: $items) { items { productId quantity price } }
}`;
const RELEASE = 'mutation ReleaseStock($orderId: ID!) { releaseStock(orderId: $orderId) { orderId } }';

/** Codes that reach the client of a checkout. */
const REFUSALS: readonly unknown[] = ['PRODUCT_NOT_FOUND', 'INSUFFICIENT_STOCK'];

const reserved = z.object({
  reserveStock: z.object({
    items: z.array(z.object({ productId: z.string(), quantity: z.number(), price: z.string() })),
  }),
});
const released = z.object({ releaseStock: z.object({ orderId: z.string() }) });

/** Client of the products subgraph. */
export class ProductsClient {
  readonly #client: SubgraphClient;
  readonly #unusable: UnusableAnswers;

  /** @param options its URL, the time that a call may take, and the shared secret */
  constructor(options: Omit<SubgraphClientOptions, 'name'>) {
    this.#client = new SubgraphClient({ name: SUBGRAPH, ...options });
    this.#unusable = new UnusableAnswers(SUBGRAPH, options.logger);
  }

  /**
   * Takes the items out of stock for the order, once, even if it is sent again.
   *
   * @returns the items with their prices; undefined if it came after the order's release
   * @throws `PRODUCT_NOT_FOUND`, `INSUFFICIENT_STOCK`: nothing is reserved; `SUBGRAPH_UNAVAILABLE`, `OUTCOME_UNKNOWN`,
   *   `DEADLINE_EXCEEDED`: something may be
   */
  async reserve(orderId: string, items: readonly Item[], lifetime: Lifetime): Promise<PricedItem[] | undefined> {
    const variables = {
      orderId,
      items: items.map(({ productKey, quantity }) => ({ productId: String(productKey), quantity })),
    };
    const answer = await this.#client.call({ query: RESERVE, variables }, lifetime);
    const [error] = answer.errors ?? [];
    const { code, ...extensions } = error?.extensions ?? {};
    if (code === 'RESERVATION_RELEASED') return undefined;
    if (error && REFUSALS.includes(code)) throw new ExpectedError(String(code), error.message, { extensions });
    return this.#dataOf(answer, reserved).reserveStock.items.map(({ productId, quantity, price }) => ({
      productKey: Number(productId),
      quantity,
      priceMinor: parseAmount('price', price),
    }));
  }

  /**
   * Puts back what the order has reserved, and makes products refuse later reservations for it.
   *
   * @throws `SUBGRAPH_UNAVAILABLE`, `OUTCOME_UNKNOWN`, `DEADLINE_EXCEEDED`: it may have; send it again
   */
  async release(orderId: string, lifetime: Lifetime): Promise<void> {
    this.#dataOf(await this.#client.call({ query: RELEASE, variables: { orderId } }, lifetime), released);
  }

  close(): Promise<void> {
    return this.#client.close();
  }

  /** Returns the data of an answer. @throws `SUBGRAPH_UNAVAILABLE` if it doesn't fit */
  #dataOf<Data>({ data, errors }: GraphQLAnswer, shape: z.ZodType<Data>): Data {
    const result = shape.safeParse(data);
    if (result.success && !errors) return result.data;
    throw this.#unusable.toError({ data, errors });
  }
}

import type { RequestListener } from 'node:http';
import { json } from 'node:stream/consumers';
import type { TestContext } from 'node:test';
import { serveHttp, type TestServer } from '@lockstep/runtime/testing/test-server.ts';
import { z } from 'zod';

const reservation = z.object({
  query: z.string(),
  variables: z.object({
    orderId: z.string(),
    items: z.array(z.object({ productId: z.string(), quantity: z.number() })).default([]),
  }),
});

type Reservation = z.infer<typeof reservation>['variables'];

/** A server where the products subgraph would be. */
export interface ProductsServer extends TestServer {
  /** What it was asked, in order: `reserve 1`, `release 1`, with the order's id. */
  readonly asked: string[];
  /** Answers a reservation, in place of the prices. Undefined: it does not answer. */
  onReserve: (reservation: Reservation) => Promise<object | undefined> | object | undefined;
  /** Answers a release. Undefined: it does not answer. */
  onRelease: (reservation: Reservation) => object | undefined;
}

/** Has every product in any number, at 19.99 each, and does what the test tells it to. */
export async function serveProducts(t: TestContext): Promise<ProductsServer> {
  const listener: RequestListener = async (request, response) => {
    const { query, variables } = reservation.parse(await json(request));
    const isReserve = query.includes('reserveStock');
    products.asked.push(`${isReserve ? 'reserve' : 'release'} ${variables.orderId}`);
    const answer = await (isReserve ? products.onReserve(variables) : products.onRelease(variables));
    if (answer) response.end(JSON.stringify(answer));
  };
  const products: ProductsServer = {
    ...(await serveHttp(t, listener)),
    asked: [],
    onReserve: reserved,
    onRelease: ({ orderId }) => ({ data: { releaseStock: { orderId } } }),
  };
  return products;
}

/** The answer to a reservation that went well. */
export function reserved({ items }: Reservation, price = '19.99'): object {
  return { data: { reserveStock: { items: items.map((item) => ({ ...item, price })) } } };
}

/** The answer to a reservation that is refused. */
export function refused(code: string, message: string, extensions: object = {}): object {
  return { data: null, errors: [{ message, path: ['reserveStock'], extensions: { ...extensions, code } }] };
}

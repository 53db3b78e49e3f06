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

/** Server in place of the products subgraph. */
export interface ProductsServer extends TestServer {
  /** Requests in order: `reserve 1`, `release 1`, with the order's id. */
  readonly asked: string[];
  /** Request ids of those, in order. */
  readonly ids: unknown[];
  /** Answers a reservation; undefined for no answer. */
  onReserve: (reservation: Reservation) => Promise<object | undefined> | object | undefined;
  /** Answers a release; undefined for no answer. */
  onRelease: (reservation: Reservation) => object | undefined;
}

/** Serves every product in any number at 19.99 each, unless the test says otherwise. */
export async function serveProducts(t: TestContext): Promise<ProductsServer> {
  const listener: RequestListener = async (request, response) => {
    const { query, variables } = reservation.parse(await json(request));
    const isReserve = query.includes('reserveStock');
    products.asked.push(`${isReserve ? 'reserve' : 'release'} ${variables.orderId}`);
    products.ids.push(request.headers['x-request-id']);
    const answer = await (isReserve ? products.onReserve(variables) : products.onRelease(variables));
    if (answer) response.end(JSON.stringify(answer));
  };
  const products: ProductsServer = {
    ...(await serveHttp(t, listener)),
    asked: [],
    ids: [],
    onReserve: reserved,
    onRelease: ({ orderId }) => ({ data: { releaseStock: { orderId } } }),
  };
  return products;
}

/** Returns the answer to a successful reservation. */
export function reserved({ items }: Reservation, price = '19.99'): object {
  return { data: { reserveStock: { items: items.map((item) => ({ ...item, price })) } } };
}

/** Returns the answer to a refused reservation. */
export function refused(code: string, message: string, extensions: object = {}): object {
  return { data: null, errors: [{ message, path: ['reserveStock'], extensions: { ...extensions, code } }] };
}

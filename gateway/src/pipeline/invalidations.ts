import { createHash, timingSafeEqual } from 'node:crypto';
import { NoRoomError, RequestBytes } from '@lockstep/runtime/http/bytes-in-flight.ts';
import { answerRefusal } from '@lockstep/runtime/http/server/answers.ts';
import { readJson } from '@lockstep/runtime/http/server/json-body.ts';
import { requestRefused } from '@lockstep/runtime/http/server/overload.ts';
import { NO_SNIFFING } from '@lockstep/runtime/http/server/security-headers.ts';
import type { Handler } from '@lockstep/runtime/http/server/server.ts';
import { RefusedRequestError } from '@lockstep/runtime/refused-request-error.ts';
import { z } from 'zod';
import { collectScalars, type Drop, NO_DROP, tagMarkOf } from '../subgraphs/caching/drop.ts';
import { processStores } from '../subgraphs/caching/process-stores.ts';
import type { Store } from '../subgraphs/caching/store.ts';

const MAX_BODY_BYTES = 1024 * 1024;

const subgraph = z.string();
const type = z.string();

/** Body of Apollo Router's invalidation endpoint, as far as it is supported here. */
const body = z.array(
  z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('subgraph'), subgraph }),
    z.strictObject({ kind: z.literal('type'), subgraph, type }),
    z.strictObject({ kind: z.literal('cache_tag'), subgraphs: z.array(subgraph), cache_tag: z.string() }),
    z.strictObject({ kind: z.literal('entity'), subgraph, type, key: z.record(z.string(), z.unknown()) }),
  ]),
);

const FORMS = `a list of ${[
  '{"kind":"subgraph","subgraph":…}',
  '{"kind":"type","subgraph":…,"type":…}',
  '{"kind":"entity","subgraph":…,"type":…,"key":{…}}',
  '{"kind":"cache_tag","subgraphs":[…],"cache_tag":…}',
].join(', ')}`;

/** Returns the handler of invalidations. It answers how many stored answers were dropped, or null if the store is in Redis. */
export function invalidations(sharedKey: string, store: Pick<Store, 'drop'> = processStores): Handler {
  const expected = digest(sharedKey);
  return async (request, response) => {
    const bytes = new RequestBytes();
    response.once('close', () => bytes.release());
    try {
      if (request.method !== 'POST') throw refusal(405, 'Use POST', { allow: 'POST' });
      if (!timingSafeEqual(digest(request.headers.authorization ?? ''), expected))
        throw refusal(401, 'The authorization header is not the shared key');
      const given = body.safeParse(await readJson(request, MAX_BODY_BYTES, bytes));
      if (!given.success) throw refusal(400, `The body has to be application/json: ${FORMS}`);
      const dropped = await Promise.all(given.data.flatMap(toDrops).map((drop) => store.drop(drop)));
      if (!dropped.every(({ isComplete }) => isComplete)) throw notComplete();
      const counts = dropped.map((one) => one.count);
      const count = counts.every((one) => one !== undefined) ? counts.reduce((sum, one) => sum + one, 0) : null;
      const headers = { ...NO_SNIFFING, 'content-type': 'application/json', 'cache-control': 'no-store' };
      response.writeHead(202, headers).end(JSON.stringify({ count }));
    } catch (error) {
      if (error instanceof RefusedRequestError) answerRefusal(response, error);
      else if (error instanceof NoRoomError) answerRefusal(response, requestRefused());
      else response.destroy(); // the client left before it had sent everything
    }
  };
}

function toDrops(asked: z.output<typeof body>[number]): Drop[] {
  if (asked.kind === 'cache_tag') {
    const types = new Set([tagMarkOf(asked.cache_tag)]);
    return asked.subgraphs.map((within) => ({ ...NO_DROP, within, types }));
  }
  const within = asked.subgraph;
  if (asked.kind === 'subgraph') return [{ ...NO_DROP, within, subgraphs: new Set([within]) }];
  const types = new Set([asked.type]);
  if (asked.kind === 'type') return [{ ...NO_DROP, within, types, wholeTypes: types }];
  const keys = new Set<string>();
  collectScalars(asked.key, keys);
  return [{ ...NO_DROP, within, types, keys, keysOf: asked.type }];
}

function notComplete(): RefusedRequestError {
  const message = 'Redis does not answer: other gateways may go on using what was to be dropped; send it again';
  return new RefusedRequestError(503, 'CACHE_UNAVAILABLE', message, { 'retry-after': '1' });
}

function refusal(status: number, message: string, headers = {}): RefusedRequestError {
  return new RefusedRequestError(status, status === 401 ? 'UNAUTHENTICATED' : 'BAD_REQUEST', message, headers);
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

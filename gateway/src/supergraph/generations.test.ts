import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import { recordLog } from '@lockstep/runtime/testing/log-recorder.ts';
import { serveHttp } from '@lockstep/runtime/testing/test-server.ts';
import { z } from 'zod';
import { GatewayServer } from '../pipeline/server.ts';
import type { PlannerOpener } from '../planning/planner.ts';
import { Telemetry } from '../telemetry/telemetry.ts';
import type { RequestHandler } from './generation.ts';
import { Generations } from './generations.ts';
import { openInThread } from './testing/open-in-thread.ts';
import { supergraphSource } from './testing/supergraph-source.ts';

interface StubOptions {
  readonly openHandler?: (count: number) => Promise<void>;
  readonly openPlanner?: PlannerOpener;
}

/** Generations whose handlers hold each request until it is let go, and what was closed, in order. */
function stubbed(t: TestContext, { openHandler, openPlanner = openInThread }: StubOptions = {}) {
  const { logger, lines } = recordLog();
  const { counts } = new Telemetry(logger, () => undefined);
  const closed: string[] = [];
  const held: { readonly by: number; readonly response: ServerResponse; done(): void }[] = [];
  let opened = 0;
  const open = async (id: number): Promise<RequestHandler> => {
    await openHandler?.(id);
    return {
      handle: (_request, response) => new Promise<void>((done) => void held.push({ by: id, response, done })),
      close: async () => void closed.push(`handler ${id}`),
    };
  };
  const generations = new Generations({
    secret: undefined,
    logger,
    telemetry: {
      open: async () => {
        opened += 1;
        const id = opened;
        return { counts, close: async () => void closed.push(`telemetry ${id}`) };
      },
    },
    openPlanner,
    openHandler: () => open(opened),
  });
  t.after(() => generations.stop());
  const replace = (field: string) => generations.replace(supergraphSource(`type Query { ${field}: Int }`));
  return { generations, replace, closed, held, lines };
}

/** Serves these generations by HTTP. Returns a function that sends a request and resolves once it is held. */
async function serve(t: TestContext, { generations, held }: Pick<ReturnType<typeof stubbed>, 'generations' | 'held'>) {
  const { url } = await serveHttp(t, (request, response) => void generations.handle(request, response));
  return async () => {
    const { length } = held;
    fetch(url, { method: 'POST', headers: { connection: 'close' } }).catch(() => {}); // the test ends first
    while (held.length === length) await turn();
  };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

test('a replaced generation is closed when its last request has left, handler first, and not before', async (t) => {
  const stub = stubbed(t);
  const { replace, closed, held } = stub;
  await replace('first');
  const send = await serve(t, stub);
  await send();
  await send();
  await replace('second');
  await send();
  assert.deepEqual(
    held.map(({ by }) => by),
    [1, 1, 2],
  );
  for (const { response, done } of [held[0], held[2]].filter((one) => one !== undefined)) {
    response.end();
    await once(response, 'close');
    done();
  }
  await turn();
  assert.deepEqual(closed, []);
  const last = held[1];
  assert.ok(last);
  last.done(); // its response is not closed yet
  await turn();
  assert.deepEqual(closed, []);
  last.response.end();
  await once(last.response, 'close');
  await turn();
  assert.deepEqual(closed, ['handler 1', 'telemetry 1']);
});

test('a generation without requests is closed as soon as it is replaced', async (t) => {
  const { replace, closed } = stubbed(t);
  await replace('first');
  await replace('second');
  await turn();
  assert.deepEqual(closed, ['handler 1', 'telemetry 1']);
});

test('a generation that can’t be built closes what it had opened, and the current one goes on', async (t) => {
  const { generations, replace, closed } = stubbed(t, {
    openHandler: async (id) => {
      if (id === 2) throw new Error('no handler');
    },
  });
  await replace('first');
  const { current } = generations;
  await assert.rejects(replace('second'), /no handler/);
  assert.deepEqual([generations.current === current, closed], [true, ['telemetry 2']]);
});

test('a generation that is being built when the process stops never serves, and is closed too', async (t) => {
  const { promise: isLetThrough, resolve: letThrough } = Promise.withResolvers<void>();
  const { generations, replace, closed } = stubbed(t, {
    openHandler: async (id) => (id === 2 ? isLetThrough : undefined),
  });
  await replace('first');
  const { current } = generations;
  const replacing = replace('second');
  const stopping = generations.stop();
  letThrough();
  await Promise.all([replacing, stopping]);
  assert.equal(generations.current, current);
  assert.deepEqual(closed.toSorted(), ['handler 1', 'handler 2', 'telemetry 1', 'telemetry 2']);
});

test('a planner that is being opened when the process stops is given up', async (t) => {
  const openPlanner: PlannerOpener = async (schemas, _limits, _logger, signal) => {
    if (schemas[0]?.sdl.includes('first')) return openInThread(schemas);
    await once(signal, 'abort');
    throw new Error('given up');
  };
  const { generations, replace } = stubbed(t, { openPlanner });
  await replace('first');
  const { current } = generations;
  const replacing = replace('second');
  await turn();
  await generations.stop();
  await replacing;
  assert.equal(generations.current, current);
});

test('a close that fails is logged, and the rest is closed all the same', async (t) => {
  const { generations, replace, closed, lines } = stubbed(t);
  await replace('first');
  generations.current.handler.close = () => Promise.reject(new Error('can’t close'));
  await replace('second');
  await turn();
  assert.deepEqual(closed, ['telemetry 1']);
  assert.match(lines.at(-1)?.msg ?? '', /failed to close/);
});

test('a request is answered by the supergraph it began on, whose connections are closed right after', async (t) => {
  const { promise: isLetGo, resolve: letGo } = Promise.withResolvers<void>();
  const { promise: isCalled, resolve: called } = Promise.withResolvers<void>();
  const { url, server } = await serveHttp(t, async (request, response) => {
    const { query } = z.object({ query: z.string() }).parse(await json(request));
    if (query.includes('old')) {
      called();
      await isLetGo;
    }
    response.setHeader('content-type', 'application/json').end('{"data":{"old":1,"young":2}}');
  });
  const { promise: isClosed, resolve: close } = Promise.withResolvers<void>();
  server.once('connection', (socket) => socket.once('close', close));
  const { logger } = recordLog();
  const telemetry = new Telemetry(logger, () => undefined);
  const generations = new Generations<GatewayServer>({
    secret: undefined,
    logger,
    telemetry,
    openPlanner: openInThread,
    openHandler: (foundation, before) => GatewayServer.open({ logger, isReady: () => true }, foundation, before),
  });
  t.after(() => generations.stop());
  await generations.replace(supergraphSource('type Query { old: Int }', url));
  const gateway = await serveHttp(t, generations.handle);
  const ask = async (query: string) => {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(gateway.url, { method: 'POST', headers, body: JSON.stringify({ query }) });
    return response.json();
  };
  const answer = ask('{ old }');
  await isCalled;
  await generations.replace(supergraphSource('type Query { young: Int }', url));
  assert.deepEqual(await ask('{ young }'), { data: { young: 2 } });
  letGo();
  assert.deepEqual(await answer, { data: { old: 1 } });
  await isClosed;
});

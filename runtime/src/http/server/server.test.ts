import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent, type ClientRequest, get, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, type TestContext, test } from 'node:test';
import { freePort } from '../../testing/test-server.ts';
import { type Handler, type Listening, listen } from './server.ts';

const HOST = '127.0.0.1';
const OPTIONS = { host: HOST, port: 0, portVariable: 'TEST_PORT', drainDelayMs: 0 };
const answerAtOnce: Handler = (_request, response) => void response.end('answered');

async function start(t: TestContext, handler: Handler, options: Partial<typeof OPTIONS> = {}): Promise<Listening> {
  const listening = await listen(handler, { ...OPTIONS, ...options });
  t.after(() => listening.stop());
  return listening;
}

/** Returns a client with one connection that is kept alive. */
function keepAliveAgent(t: TestContext): Agent {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  t.after(() => agent.destroy());
  return agent;
}

async function ask(port: number, agent: Agent): Promise<{ response: IncomingMessage; text: string; from: unknown }> {
  const request = get({ host: HOST, port, agent });
  const response = await responseTo(request);
  return { response, text: await text(response), from: request.socket?.localPort };
}

function responseTo(request: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => request.once('response', resolve).once('error', reject));
}

/** Resolves when connections to the port are refused. */
async function refused(port: number): Promise<void> {
  for (;;) {
    const socket = connect(port, HOST);
    const accepted = await once(socket, 'connect').catch(() => false);
    socket.destroy();
    if (!accepted) return;
  }
}

describe('listening', () => {
  test('on port 0 picks a free one', async (t) => {
    const { port } = await start(t, answerAtOnce);
    assert.equal((await ask(port, keepAliveAgent(t))).text, 'answered');
  });

  test('on a given port uses it', async (t) => {
    const port = await freePort(t);
    assert.equal((await start(t, answerAtOnce, { port })).port, port);
  });

  test('on a port in use names the port, who listens there, and the variable that changes it', async (t) => {
    const { port } = await start(t, answerAtOnce);
    await assert.rejects(start(t, answerAtOnce, { port }), ({ name, message }: Error) => {
      assert.equal(name, 'ConfigurationError');
      const [, holder = '', ...rest] = message.split(/ is in use|\. (?=Stop)/);
      assert.equal(rest.join(), 'Stop the process that listens there, or set TEST_PORT to another port.');
      if (process.platform !== 'linux') return holder === '';
      assert.match(holder, new RegExp(`^ by process ${process.pid} \\(.*node.*\\), in ${process.cwd()}$`));
      return true;
    });
  });

  test("on another machine's address says so", async (t) => {
    await assert.rejects(start(t, answerAtOnce, { host: '203.0.113.1' }), {
      name: 'ConfigurationError',
      message: '203.0.113.1 is not an address of this machine. Set HOST to one that is.',
    });
  });
});

describe('stopping', () => {
  test('finishes requests in flight, and accepts no others', async (t) => {
    const arrived = Promise.withResolvers<void>();
    const mayAnswer = Promise.withResolvers<void>();
    const listening = await start(t, async (_request, response) => {
      arrived.resolve();
      await mayAnswer.promise;
      response.end('finished');
    });
    const answer = ask(listening.port, keepAliveAgent(t));
    await arrived.promise;
    const stopped = listening.stop();
    await refused(listening.port);
    mayAnswer.resolve();
    const { response, text } = await answer;
    assert.equal(text, 'finished');
    assert.equal(response.headers.connection, 'close');
    assert.ok((await timed(stopped)) < 5000);
  });

  test('closes the connection of a response that has begun', async (t) => {
    const mayFinish = Promise.withResolvers<void>();
    const listening = await start(t, async (_request, response) => {
      response.write('fini');
      await mayFinish.promise;
      response.end('shed');
    });
    const request = get({ host: HOST, port: listening.port, agent: keepAliveAgent(t) });
    const response = await responseTo(request);
    const silent = connect(listening.port, HOST).resume();
    await once(silent, 'connect');
    const stopped = listening.stop();
    await once(silent, 'close'); // idle connections are closed with it, and this one isn't idle
    mayFinish.resolve();
    assert.equal(await text(response), 'finished');
    assert.ok((await timed(stopped)) < 5000);
  });

  test('answers requests on kept-alive connections after it stops accepting new ones', async (t) => {
    const listening = await start(t, answerAtOnce);
    const agent = keepAliveAgent(t);
    const before = await ask(listening.port, agent);
    const stopped = listening.stop();
    await refused(listening.port);
    const after = await ask(listening.port, agent);
    await stopped;
    assert.equal(after.from, before.from);
    assert.equal(after.text, 'answered');
    assert.equal(after.response.headers.connection, 'close');
  });

  test('keeps answering during the drain delay, and asks clients to close their connections', async (t) => {
    const listening = await start(t, answerAtOnce, { drainDelayMs: 500 });
    const agent = keepAliveAgent(t);
    const before = await ask(listening.port, agent);
    const stopped = listening.stop();
    const during = await ask(listening.port, agent);
    const onNewConnections = [];
    for (const start = performance.now(); performance.now() - start < 200; ) {
      onNewConnections.push(await ask(listening.port, keepAliveAgent(t)));
    }
    await stopped;
    assert.equal(before.response.headers.connection, 'keep-alive');
    assert.equal(during.from, before.from);
    for (const { response, text } of [during, ...onNewConnections]) {
      assert.equal(text, 'answered');
      assert.equal(response.headers.connection, 'close');
    }
    await refused(listening.port);
  });

  test('does not wait for idle kept-alive connections', async (t) => {
    const listening = await start(t, answerAtOnce);
    await ask(listening.port, keepAliveAgent(t));
    assert.ok((await timed(listening.stop())) < 5000);
  });

  test('does not wait for connections that sent nothing', async (t) => {
    const listening = await start(t, answerAtOnce);
    const silent = connect(listening.port, HOST);
    t.after(() => silent.destroy());
    const closed = once(silent, 'close');
    silent.resume();
    await once(silent, 'connect');
    await ask(listening.port, keepAliveAgent(t)); // connections are accepted in order
    assert.ok((await timed(listening.stop())) < 5000);
    await closed;
  });
});

async function timed(work: Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work;
  return performance.now() - start;
}

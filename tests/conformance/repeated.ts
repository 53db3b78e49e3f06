import assert from 'node:assert/strict';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, request as send } from 'node:http';
import { buffer } from 'node:stream/consumers';

/** Times that each request is sent: the first is new, the second makes it known, and the third is on the fast path. */
const TIMES = 3;

const HOST = '127.0.0.1';

interface RepeatingServer {
  readonly url: string;
  close(): void;
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/**
 * Serves at an address of its own what is at the given one: each request is sent there three times, one after the other,
 * and answered with the last answer.
 *
 * @param report gets what is different about a later answer
 */
export async function serveRepeated(url: string, report: (difference: unknown) => void): Promise<RepeatingServer> {
  const server = createServer(async (request, response) => {
    const body = await buffer(request);
    const first = await ask(url, request, body);
    let last = first;
    for (let time = 1; time < TIMES; time += 1) {
      last = await ask(url, request, body);
      try {
        assert.deepEqual(withoutDate(last), withoutDate(first));
      } catch (error) {
        report(error);
      }
    }
    response.writeHead(last.status, last.headers).end(last.body);
  });
  await new Promise<void>((resolve) => server.listen(0, HOST, resolve));
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  return {
    url: `http://${HOST}:${address.port}`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** Sends a request as it came, byte by byte and header by header. */
async function ask(to: string, { method, url, rawHeaders }: IncomingMessage, body: Buffer): Promise<Answer> {
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const options = { method, headers: rawHeaders, agent: false };
    send(new URL(url ?? '/', to), options, resolve)
      .on('error', reject)
      .end(body);
  });
  const { statusCode: status = 0, headers } = answer;
  return { status, headers, body: await buffer(answer) };
}

function withoutDate({ status, headers: { date: _, ...headers }, body }: Answer) {
  return { status, headers, body: body.toString() };
}

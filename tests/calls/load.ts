import { once } from 'node:events';
import { Agent, request as httpRequest, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';

// A process that sends one query again and again, so that who answers and who asks share no event loop. What came of it is
// one line of JSON.

/** Load: a number of clients that each send the next request after an answer, or a rate that depends on no answer. */
export type Load = { readonly url: string; readonly query: string; readonly ms: number } & (
  | { readonly clients: number }
  | { readonly perSecond: number }
);

/** An answer: its status, the code of its error, and how long it took. */
export interface Outcome {
  readonly status: number;
  readonly code: string | undefined;
  readonly ms: number;
}

const agent = new Agent({ keepAlive: true });

async function send({ url, query }: Load): Promise<Outcome> {
  const sentAt = performance.now();
  const request = httpRequest(url, { method: 'POST', agent, headers: { 'content-type': 'application/json' } });
  request.end(JSON.stringify({ query }));
  const [response]: IncomingMessage[] = await once(request, 'response');
  const answer = response ? await text(response) : '';
  const code = answer.startsWith('{"errors"') ? /"code":"(\w+)"/.exec(answer)?.[1] : undefined;
  return { status: response?.statusCode ?? 0, code, ms: performance.now() - sentAt };
}

async function inTurns(load: Load, clients: number): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  const end = performance.now() + load.ms;
  const client = async () => {
    while (performance.now() < end) outcomes.push(await send(load));
  };
  await Promise.all(Array.from({ length: clients }, client));
  return outcomes;
}

async function openLoop(load: Load, perSecond: number): Promise<Outcome[]> {
  const sent: Promise<Outcome>[] = [];
  const startedAt = performance.now();
  for (let now = startedAt; now < startedAt + load.ms; now = performance.now()) {
    while (sent.length < ((now - startedAt) / 1000) * perSecond) sent.push(send(load));
    await delay(1);
  }
  return Promise.all(sent);
}

const load: Load = JSON.parse(process.env.LOAD ?? '');
const outcomes = 'clients' in load ? await inTurns(load, load.clients) : await openLoop(load, load.perSecond);
agent.destroy();
process.stdout.write(JSON.stringify(outcomes));

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { routes, type Shop } from './routes.ts';
import { FloorSubgraph } from './subgraph.ts';

// The floor: PORT USERS_URL ORDERS_URL. A proxy written by hand for the three operations, without GraphQL. No gateway on Node
// can cost less.

const [port = '', usersUrl = '', ordersUrl = ''] = process.argv.slice(2);
const shop: Shop = { users: new FloorSubgraph(usersUrl), orders: new FloorSubgraph(ordersUrl) };

createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => answer(Buffer.concat(chunks).toString(), response));
  request.on('error', () => response.destroy());
}).listen(Number(port), '127.0.0.1');

async function answer(body: string, response: ServerResponse<IncomingMessage>): Promise<void> {
  try {
    const { operationName, variables }: { operationName: string; variables: Record<string, unknown> } =
      JSON.parse(body);
    const data = await routes[operationName]?.(shop, variables);
    const text = JSON.stringify({ data });
    response
      .writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) })
      .end(text);
  } catch {
    response.writeHead(502).end(); // counted as a wrong answer
  }
}

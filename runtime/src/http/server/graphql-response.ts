import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { HTTPGraphQLResponse } from '@apollo/server';
import { statusOf } from './status.ts';

/** Writes a complete response. */
export function sendText(response: ServerResponse, mediaType: string, text: string): void {
  response.writeHead(200, { 'content-type': mediaType, 'content-length': Buffer.byteLength(text) }).end(text);
}

/** Writes a response of Apollo Server, complete or in chunks as they come. */
export async function send(response: ServerResponse, answer: HTTPGraphQLResponse): Promise<void> {
  response.writeHead(statusOf(response.req, answer), headersOf(answer));
  if (answer.body.kind === 'complete') {
    response.end(answer.body.string);
    return;
  }
  for await (const chunk of answer.body.asyncIterator) {
    if (!response.write(chunk)) await writable(response);
    if (response.destroyed) return;
  }
  response.end();
}

function headersOf({ headers, body }: HTTPGraphQLResponse): OutgoingHttpHeaders {
  const all: OutgoingHttpHeaders = {};
  for (const [name, value] of headers) all[name] = value;
  if (body.kind === 'complete') all['content-length'] = Buffer.byteLength(body.string);
  return all;
}

/** Resolves when the response drains or closes; it never drains once the client has disconnected. */
function writable(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    if (response.destroyed) return resolve();
    const settle = () => {
      response.off('drain', settle).off('close', settle);
      resolve();
    };
    return response.on('drain', settle).on('close', settle);
  });
}

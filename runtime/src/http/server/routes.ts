import { answerText } from './answers.ts';
import type { Handler } from './server.ts';

/** Returns a handler that dispatches by path, ignoring the query string, and responds 404 to unknown paths. */
export function routes(handlers: Readonly<Record<string, Handler>>): Handler {
  const byPath = new Map(Object.entries(handlers));
  return (request, response) => {
    const url = request.url ?? '/';
    const end = url.indexOf('?');
    const handler = byPath.get(end === -1 ? url : url.slice(0, end));
    return handler ? handler(request, response) : answerText(response, 404, 'Not found');
  };
}

import { readPage } from './documentation.ts';

/** A request of a page, and the answer that the page shows. */
export interface DocumentedRequest {
  readonly url: string;
  readonly query: string;
  readonly answer: DocumentedAnswer;
}

interface DocumentedAnswer {
  readonly data: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** Pages in the order in which a reader follows them. */
const PAGES = ['README.md', 'docs/checkout.md'];

const REQUEST = /```sh\ncurl (\S+) -H 'content-type: application\/json' -d '(.*?)'\n```\n\n.*?```json\n(.*?)\n```/gs;

export const documentedRequests: readonly DocumentedRequest[] = PAGES.flatMap((page) => [
  ...readPage(page).matchAll(REQUEST),
]).map(([, url = '', body = '', answer = '']) => ({ url, query: JSON.parse(body).query, answer: JSON.parse(answer) }));

/** Type of the object that each root field returns with its id. */
const TYPES: Readonly<Record<string, string>> = {
  createUser: 'user',
  createOrder: 'order',
  createProduct: 'product',
  checkout: 'order',
};

/** Type of the object whose id stands at each place of a request. */
const PLACES: Readonly<Record<string, string>> = {
  userId: 'user',
  productId: 'product',
  'user(id': 'user',
  'cancelOrder(id': 'order',
};

/** Ids of the answers that a reader got, by those that the pages show. */
export class ReadersIds {
  readonly #ids = new Map<string, string>();

  /** Returns the request with the reader's ids in place of the page's. */
  putInto(query: string): string {
    return query.replace(/\b(userId|productId|user\(id|cancelOrder\(id): (\d+)/g, (_, place: string, id: string) => {
      const own = this.#ids.get(`${PLACES[place]} ${id}`);
      return `${place}: ${own ?? `unknown ${id}`}`;
    });
  }

  /** Remembers the id in an answer. Returns the answer with the id that the page shows. */
  takeFrom(answer: DocumentedAnswer, documented: DocumentedAnswer): DocumentedAnswer {
    const [[field = '', shown = {}] = []] = Object.entries(documented.data);
    const own = answer.data?.[field];
    if (own?.id === undefined || shown.id === undefined) return answer;
    this.#ids.set(`${TYPES[field]} ${shown.id}`, `${own.id}`);
    return { ...answer, data: { ...answer.data, [field]: { ...own, id: shown.id } } };
  }
}

/** Sends a query as the pages do, and resolves with the answer. */
export async function sendRequest(url: string, query: string): Promise<DocumentedAnswer> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ query }) });
  return JSON.parse(await response.text());
}

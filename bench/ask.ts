import { AnswerCheck, bodyOf, type Operation } from './operations/operation.ts';

const HEADERS = { 'content-type': 'application/json' };

/** Sends a request. Resolves with the HTTP status and the body. */
export async function ask(url: string, body: string): Promise<{ status: number; text: string }> {
  const response = await fetch(url, { method: 'POST', headers: HEADERS, body });
  return { status: response.status, text: await response.text() };
}

/** Sends a request. Resolves with the data, or throws if there are errors. */
export async function getData(url: string, query: string): Promise<unknown> {
  const { status, text } = await ask(url, JSON.stringify({ query }));
  const answer: { data?: unknown; errors?: unknown } = JSON.parse(text);
  if (status !== 200 || answer.errors !== undefined) throw new Error(`${url} answered ${status}: ${text}`);
  return answer.data;
}

/** Resolves with true if the operation gets the right answer. Rejects if nothing listens. */
export async function answersRightly(url: string, operation: Operation): Promise<boolean> {
  const { status, text } = await ask(url, bodyOf(operation, 0));
  return new AnswerCheck(operation).isRight(0, status, text);
}

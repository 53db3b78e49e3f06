import { CommandError } from '../terminal/command.ts';

/** GraphQL response. */
export interface Answer<Data> {
  readonly data?: Data | null;
  readonly extensions?: Readonly<Record<string, unknown>>;
  readonly errors?: readonly { readonly message: string; readonly extensions?: { readonly code?: string } }[];
}

const TIMEOUT_MS = 30_000;

/**
 * Sends an operation to the graph.
 *
 * @throws {CommandError} if nothing answers there in JSON
 */
export async function ask<Data>(
  url: string,
  query: string,
  variables: Record<string, unknown>,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer<Data>> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ query, variables }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    return JSON.parse(await response.text());
  } catch (error) {
    const reason = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
    throw new CommandError(`${url}: no graph answers (${reason}); npm start starts one`);
  }
}

/** Returns the data of a response. @throws {CommandError} if there are errors */
export function dataOf<Data>({ data, errors }: Answer<Data>): Data {
  if (data && !errors) return data;
  throw new CommandError(
    errors?.map(({ message }) => message).join('\n') ?? 'the graph answered with neither data nor errors',
  );
}

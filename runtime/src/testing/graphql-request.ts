import { z } from 'zod';

const answerBody = z.object({
  data: z.record(z.string(), z.unknown()).nullish(),
  errors: z
    .array(
      z.looseObject({
        message: z.string(),
        extensions: z.looseObject({ code: z.string() }),
        path: z.array(z.union([z.string(), z.number()])).optional(),
      }),
    )
    .optional(),
});

/** Response of a GraphQL server. */
export interface ReceivedAnswer extends z.infer<typeof answerBody> {
  status: number;
}

/** Sends a request as a client does, by POST and JSON, on a connection of its own: a server that stops would wait for others. */
export async function askGraphql(
  url: string,
  query: string,
  variables: Record<string, unknown> = {},
  headers: Record<string, string> = {},
): Promise<ReceivedAnswer> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', connection: 'close', ...headers },
    body: JSON.stringify({ query, variables }),
  });
  return { status: response.status, ...answerBody.parse(await response.json()) };
}

import { ask, dataOf } from './graph-client.ts';

/**
 * Returns the ids of all objects in a list of the graph.
 *
 * @param field root field, such as `orders`
 */
export async function listIds(url: string, field: string): Promise<Set<string>> {
  const query = `query ($after: ID) { ${field}(first: 100, after: $after) { id } }`;
  const ids = new Set<string>();
  let after: string | undefined;
  do {
    const data = dataOf(await ask<Record<string, { id: string }[]>>(url, query, { after }));
    const page = data[field] ?? [];
    for (const { id } of page) ids.add(id);
    after = page.at(-1)?.id;
  } while (after !== undefined);
  return ids;
}

/**
 * Does the work for each item, a few at a time.
 *
 * @returns the results in the items' order
 * @throws the first failure; no further item is begun then
 */
export async function workThrough<Item, Result>(
  items: readonly Item[],
  atATime: number,
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  const rest = items.entries();
  const worker = async () => {
    for (const [index, item] of rest) results[index] = await work(item);
  };
  try {
    await Promise.all(Array.from({ length: atATime }, worker));
  } finally {
    rest.toArray(); // after a failure the workers find nothing more
  }
  return results;
}

/** Applies an asynchronous function to all items, that many at once; answers in their order. */
export async function mapLimited<Item, Result>(
  items: readonly Item[],
  limit: number,
  apply: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  const entries = items.entries();
  const workers = Array.from({ length: Math.min(limit, items.length) }, async () => {
    // All workers draw from one iterator.
    for (const [index, item] of entries) results[index] = await apply(item);
  });
  await Promise.all(workers);
  return results;
}

/** Does the work for each item, some at a time; answers in the items' order. */
export async function eachAtOnce<Item, Result>(
  atOnce: number,
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> {
  const results = new Map<number, Result>();
  const waiting = [...items.entries()];
  const worker = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [position, item] = next;
      results.set(position, await work(item));
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return [...results.entries()].sort(([a], [b]) => a - b).map(([, result]) => result);
}

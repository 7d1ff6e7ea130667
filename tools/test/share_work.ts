/**
 * Runs all items, `workers` at once: each worker takes the next item in the list as soon as it has finished one, so that
 * no worker rests while an item waits.
 *
 * @param run its second argument numbers the worker, from 0
 * @returns what `run` returned, in the order of the items
 */
export async function shareWork<Item, Result>(
  items: readonly Item[],
  workers: number,
  run: (item: Item, worker: number) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  const waiting = items.entries();
  async function work(worker: number): Promise<void> {
    // The workers share one iterator: each item is taken once.
    for (const [index, item] of waiting) results[index] = await run(item, worker);
  }
  await Promise.all(Array.from({ length: workers }, (_, worker) => work(worker)));
  return results;
}

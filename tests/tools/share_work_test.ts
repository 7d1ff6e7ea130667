import assert from "node:assert/strict";
import { shareWork } from "../../tools/test/share_work.ts";

/** Items that end when the test says so. */
function stage(items: readonly string[], workers: number) {
  const started: string[] = [];
  const ends = new Map<string, () => void>();
  const all = shareWork(items, workers, async (item, worker) => {
    started.push(`${item} by ${worker}`);
    await new Promise<void>((resolve) => ends.set(item, resolve));
    return item.toUpperCase();
  });
  return {
    started,
    all,
    async end(item: string) {
      ends.get(item)?.();
      await new Promise((resolve) => setTimeout(resolve));
    },
  };
}

Deno.test("A worker takes the next item as soon as it has finished one, and each item is run once", async () => {
  const { started, all, end } = stage(["a", "b", "c", "d"], 2);
  assert.deepEqual(started, ["a by 0", "b by 1"]);
  await end("b");
  await end("c");
  assert.deepEqual(started.slice(2), ["c by 1", "d by 1"]);
  await end("d");
  await end("a");
  assert.equal(started.length, 4);
  assert.deepEqual(await all, ["A", "B", "C", "D"], "results are in the order of the items");
});

Deno.test("More workers than items, and no items, are allowed", async () => {
  assert.deepEqual(await shareWork(["a"], 5, (item) => Promise.resolve(item)), ["a"]);
  assert.deepEqual(await shareWork([], 5, (item) => Promise.resolve(item)), []);
});

import assert from "node:assert/strict";
import { createMemoryStore } from "../../../../shared/adapters/runtime/memory_store.ts";
import type { Entry } from "../../../../shared/read/entry.ts";

function entry(body: string): Entry {
  const state = {
    version: 1,
    refreshed_at: null,
    verified_at: null,
    source_as_of: null,
    stale_after_seconds: 60,
    populated: true,
  };
  const byte_count = new TextEncoder().encode(body).byteLength;
  return {
    key: "k",
    state,
    etag: '"e"',
    row_count: 0,
    next_cursor: null,
    is_truncated: null,
    total_count: null,
    withheld_count: null,
    read_at: 0,
    body,
    byte_count,
  };
}

Deno.test("the memory store is bounded by bytes, and lets the least recently used go first", () => {
  const store = createMemoryStore(16_000);
  for (const stem of ["a", "b", "c"]) store.set(stem, entry("x".repeat(2_000)));
  store.get("a");
  store.set("d", entry("x".repeat(2_000)));
  assert.deepEqual(["a", "b", "c", "d"].map((stem) => store.get(stem) !== undefined), [true, false, true, true]);
});

Deno.test("the memory store holds a hundred thousand keys within its budget", () => {
  const store = createMemoryStore(1_000_000);
  for (let number = 0; number < 100_000; number += 1) store.set(`stem ${number}`, entry("x".repeat(100)));
  const kept = Array.from({ length: 100_000 }, (_, number) => store.get(`stem ${number}`)).filter(Boolean).length;
  assert.ok(kept > 200 && kept * 3_172 <= 1_000_000, `${kept} entries are kept`);
});

Deno.test("the memory store counts two bytes for each character of a text that is not plain ASCII", () => {
  const store = createMemoryStore(18_000);
  for (const stem of ["a", "b", "c"]) store.set(stem, entry(`${"x".repeat(2_500)}\u2014`));
  assert.deepEqual(["a", "b", "c"].map((stem) => store.get(stem) !== undefined), [false, true, true]);
});

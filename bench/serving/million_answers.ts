// Puts a million distinct answers into a cache with a byte budget, and prints the process's resident memory afterwards.
import { createMemoryStore } from "../../shared/adapters/runtime/memory_store.ts";
import { sha256 } from "../../shared/adapters/runtime/sha256.ts";
import { etagOf } from "../../shared/read/cache_key.ts";
import "../../supabase/functions/analytics/index.ts";

const ANSWERS = 1_000_000;
const memory = createMemoryStore(Number(Deno.args[0]));
const lanes = Array.from({ length: 3 }, (_, lane) => ({ lane, scores: "1234567890".repeat(28) }));
const bytes = new TextEncoder().encode(JSON.stringify({ data: lanes }));
const state = {
  version: 1,
  refreshed_at: "2026-01-01T00:00:00Z",
  verified_at: "2026-01-01T00:00:00Z",
  source_as_of: null,
  stale_after_seconds: 600,
  populated: true,
};

for (let number = 0; number < ANSWERS; number += 1) {
  const digest = `${number}`.padStart(64, "0");
  const key = `0123456789ab:arena/lane-distributions:public:1.0:${digest}`;
  const entry = {
    key,
    state,
    etag: etagOf(key, sha256),
    row_count: 3,
    next_cursor: null,
    is_truncated: false,
    total_count: 3,
    withheld_count: 0,
    read_at: 0,
    body: new TextDecoder().decode(bytes), // a string of its own, as for each answer
    byte_count: bytes.byteLength,
  };
  memory.set(`0123456789ab:arena/lane-distributions:public:${digest}`, entry);
  // Lets the isolate's other work run, as between requests.
  if (number % 1_000 === 0) await new Promise((resolve) => setTimeout(resolve, 0));
}
console.log(Deno.memoryUsage().rss);

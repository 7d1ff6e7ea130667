/** The read function without its memory cache: each request goes to Redis, or to the database if there is no Redis. */
import { connectPlatform } from "../../../shared/adapters/platform.ts";
import { systemClock } from "../../../shared/adapters/runtime/clock.ts";
import type { SharedStore } from "../../../shared/cache/shared_store.ts";
import type { MemoryStore } from "../../../shared/read/memory_store.ts";
import { serveAnalytics } from "../../../shared/http/serve_analytics.ts";
import { registry } from "../../../packs/registry.ts";

const memory: MemoryStore = {
  get: () => undefined,
  set() {},
  size: () => ({ entry_count: 0, byte_count: 0, most_bytes: 0 }),
};

/** @param replace makes a shared store to use instead of the product's */
export function serveForgetful(replace?: () => SharedStore) {
  return serveAnalytics({
    registry,
    clock: systemClock,
    log() {},
    connect() {
      const platform = connectPlatform((name) => Deno.env.get(name));
      return { ...platform, memory, shared: replace === undefined ? platform.shared : replace() };
    },
  });
}

export default { fetch: serveForgetful() };

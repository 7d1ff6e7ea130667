import { type CacheEvent, type CacheWord, cacheWord } from "./event.ts";

type Operation = Extract<CacheEvent, { type: "shared_failed" }>["operation"];

/**
 * What one isolate's caches did since its start. An isolate knows of no other one, so these are never totals of a deployment:
 * those are in the log.
 */
export class CacheFigures {
  readonly isolate_id = crypto.randomUUID();
  readonly started_at: number;
  request_count = 0;
  readonly answers: Record<CacheWord, number> = {
    none: 0,
    not_modified: 0,
    memory: 0,
    shared: 0,
    source: 0,
    person: 0,
    collapsed: 0,
    previous: 0,
    stale: 0,
  };
  readonly misses = { memory: 0, shared: 0 };
  readonly shared_failures: Record<Operation, number> = { read: 0, acquire: 0, commit: 0, count: 0 };
  shared_skipped = 0;

  /** @param now milliseconds since the epoch */
  constructor(now: number) {
    this.started_at = now;
  }

  /** Counts a request by its events. */
  answered(events: readonly CacheEvent[]): void {
    this.request_count += 1;
    this.answers[cacheWord(events)] += 1;
    for (const event of events) this.noted(event);
  }

  /** Counts an event that came after its answer. */
  noted(event: CacheEvent): void {
    if (event.type === "memory_missed") this.misses.memory += 1;
    else if (event.type === "shared_missed") this.misses.shared += 1;
    else if (event.type === "shared_failed") this.shared_failures[event.operation] += 1;
    else if (event.type === "shared_skipped") this.shared_skipped += 1;
  }
}

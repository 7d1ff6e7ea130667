/** The target of a figure. `at_least`: higher is better; `at_most`: lower is better. */
export interface Target {
  readonly id: string;
  readonly what: string;
  readonly direction: "at_least" | "at_most";
  readonly must: number;
  readonly stretch: number | null;
}

export function target(
  id: string,
  direction: Target["direction"],
  must: number,
  stretch: number | null,
  what: string,
): Target {
  return { id, what, direction, must, stretch };
}

/** The targets in the order of the table. */
export const TARGETS: readonly Target[] = [
  target(
    "P1",
    "at_least",
    0.60,
    0.80,
    "hit in memory, authorised ÷ `Deno.serve` with the same bytes and headers, req/s",
  ),
  target("P2", "at_least", 0.25, 0.38, "the same ÷ bare hello, req/s"),
  target("P3", "at_least", 0.40, 0.65, "304, authorised ÷ bare hello, req/s"),
  target("P4", "at_least", 5, 10, "hit with a remembered token ÷ with an ES256 verification for each request, req/s"),
  target(
    "P5",
    "at_most",
    1.30,
    1.10,
    "hit in Redis ÷ a server that does nothing but one `redis.get` of the same key, p50",
  ),
  target(
    "P6",
    "at_least",
    1.05,
    1.30,
    "our client settings ÷ the default ones of @upstash/redis, hits in Redis, req/s",
  ),
  target("P7 memory", "at_most", 0, 0, "calls of Redis for a hit in memory"),
  target("P7 304", "at_most", 0, 0, "calls of Redis for a 304"),
  target("P7 redis", "at_most", 1, 1, "calls of Redis for a hit in Redis"),
  target("P7 miss", "at_most", 3, 2, "calls of Redis for a miss"),
  target("P8 up", "at_most", 1, 1, "database reads for 200 concurrent misses of one answer in 4 isolates, Redis up"),
  target("P8 down", "at_most", 4, 4, "the same, Redis down"),
  target("P9", "at_most", 1.1, 1.0, "database reads under load ÷ (hot answers × refreshes)"),
  target("P10", "at_least", 0.95, 0.99, "with Sentry's client in the isolate ÷ without, req/s"),
  target("P11 import", "at_most", 4, 2, "cold import of the read function ÷ of an empty script, time"),
  target(
    "P11 first",
    "at_most",
    8,
    null,
    "first answer of a new isolate, out of the database ÷ first hello of a new isolate, time",
  ),
  target("P12 size", "at_most", 0.35, 0.25, "kept gzip bytes ÷ plain bytes"),
  target("P12 speed", "at_least", 0.95, 1.0, "gzip answers ÷ plain answers, req/s"),
  target("P22 refused", "at_most", 1.25, 1.05, "p99 with Redis refusing, breaker open ÷ without any Redis"),
  target("P22 silent", "at_most", 1.25, 1.05, "p99 with Redis silent, breaker open ÷ without any Redis"),
  target(
    "P23",
    "at_most",
    1.0,
    null,
    "added to the first answer after Redis fell silent ÷ its timeout of 150 ms, time",
  ),
  target("P27", "at_most", 1.2, 1.05, "memory after a million distinct answers ÷ (before + the cache's budget)"),
  target(
    "P28",
    "at_most",
    0,
    0,
    "bodies that differ from the database at the version they name, of 10,000 read during refreshes",
  ),
];

export type Verdict = "stretch" | "must" | "missed";

/** Judges a figure as it is shown, with two decimals. */
export function judge({ direction, must, stretch }: Target, value: number): Verdict {
  const shown = Math.round(value * 100) / 100;
  const holds = (limit: number) => direction === "at_least" ? shown >= limit : shown <= limit;
  if (stretch !== null && holds(stretch)) return "stretch";
  return holds(must) ? "must" : "missed";
}

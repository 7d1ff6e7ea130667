import { z } from "zod";

const count = z.int().min(0);

function countsOf<Name extends string>(...names: readonly Name[]): z.ZodObject<Readonly<Record<Name, z.ZodInt>>> {
  const counts = Object.fromEntries(names.map((name) => [name, count]));
  return z.strictObject(counts as Record<Name, z.ZodInt>);
}

/** The data of /ops/cache, as shared/http/routes/serve_cache.ts serves it. */
export const cacheFigures = z.strictObject({
  isolate: z.strictObject({
    isolate_id: z.uuid().describe("Tells one isolate from another."),
    started_at: z.iso.datetime(),
    age_seconds: count,
    request_count: count,
    answers: countsOf(
      ...["none", "not_modified", "memory", "shared", "source", "person", "collapsed", "previous", "stale"],
    ).describe("Requests by where their answer came from; `none`: nothing was read."),
    misses: countsOf("memory", "shared"),
    shared_failures: countsOf("read", "acquire", "commit", "count").describe("Calls of Redis that failed."),
    shared_skipped: count.describe("Calls of Redis that were left out, since it had just failed."),
    memory: countsOf("entry_count", "byte_count", "most_bytes"),
  }),
  has_shared: z.boolean().describe("Whether the deployment has a Redis."),
});

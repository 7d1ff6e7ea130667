import type { Ratelimit } from "@upstash/ratelimit";
import type { Redis } from "@upstash/redis";
import type { RateCounter } from "../../limits/rate_counter.ts";
import type { RateLimit } from "../../limits/rate_limits.ts";
import { connectUpstash, type UpstashOptions } from "./client.ts";

/**
 * Counts requests in fixed windows with `@upstash/ratelimit`. Admitted requests are added afterwards, many at a time, so the
 * count in its answer is used and its verdict is not.
 */
export function createUpstashRateCounter(options: UpstashOptions): RateCounter {
  const withRedis = connectUpstash(options);
  const limiters = new Map<RateLimit, Ratelimit>();

  async function limiterOf(limit: RateLimit, redis: Redis): Promise<Ratelimit> {
    // Imported at the first report, which is sent after a response.
    const { Ratelimit } = await import("@upstash/ratelimit");
    const limiter = limiters.get(limit) ?? new Ratelimit({
      redis,
      limiter: Ratelimit.fixedWindow(limit.requests, `${limit.seconds} s`),
      prefix: "freshet:rate",
      // Its own timeout would admit every request; the client's timeout rejects, and then this isolate limits by its own count.
      timeout: 0,
      // The allowance knows which callers have used up a window, and what is not reported yet.
      ephemeralCache: false,
      analytics: false,
    });
    limiters.set(limit, limiter);
    return limiter;
  }

  return {
    add: ({ key, limit, requests }) =>
      withRedis(async (redis) => {
        const limiter = await limiterOf(limit, redis);
        const { remaining, reset } = await limiter.limit(key, { rate: requests });
        return { used: limit.requests - remaining, ends_at: reset };
      }),
  };
}

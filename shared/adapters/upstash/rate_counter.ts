import type { Ratelimit } from "@upstash/ratelimit";
import type { Redis } from "@upstash/redis";
import type { RateCounter } from "../../limits/rate_counter.ts";
import type { RateLimit } from "../../limits/rate_limits.ts";
import { connectUpstash, type UpstashOptions } from "./client.ts";

/**
 * Counts requests in fixed windows with `@upstash/ratelimit`. What was admitted is added afterwards, many at a time, so
 * its answer is used as a count and its verdict not at all.
 */
export function createUpstashRateCounter(options: UpstashOptions): RateCounter {
  const withRedis = connectUpstash(options);
  const limiters = new Map<RateLimit, Ratelimit>();

  async function limiterOf(limit: RateLimit, redis: Redis): Promise<Ratelimit> {
    // Loaded with the first report, which goes out behind an answer.
    const { Ratelimit } = await import("@upstash/ratelimit");
    const limiter = limiters.get(limit) ?? new Ratelimit({
      redis,
      limiter: Ratelimit.fixedWindow(limit.requests, `${limit.seconds} s`),
      prefix: "freshet:rate",
      // Its own timeout would let everything pass; the client's rejects, and then this isolate limits by itself.
      timeout: 0,
      // Who has used up a window is known to the allowance, and so is what is not reported yet.
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

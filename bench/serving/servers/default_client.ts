/**
 * The read function over @upstash/redis with default settings, except for its JSON parsing, which the read path does
 * itself.
 */
import { Redis } from "@upstash/redis";
import { serveForgetful } from "./forgetful.ts";

export default {
  fetch: serveForgetful(() => {
    const redis = new Redis({
      url: Deno.env.get("UPSTASH_REDIS_REST_URL") ?? "",
      token: Deno.env.get("UPSTASH_REDIS_REST_TOKEN") ?? "",
      automaticDeserialization: false,
    });
    return {
      read: (key) => redis.get<string>(key),
      acquire: async (lock, milliseconds, key) => ({
        is_won: await redis.set(lock.key, lock.token, { nx: true, px: milliseconds }) === "OK",
        value: await redis.get<string>(key),
      }),
      commit: async (writes) => {
        for (const { key, value, milliseconds } of writes) await redis.set(key, value, { px: milliseconds });
      },
    };
  }),
};

import type { SharedStore } from "../../cache/shared_store.ts";
import { connectUpstash, type UpstashOptions } from "./client.ts";

/** Deletes a lock only while it is still ours: after it expired, another isolate may hold a lock under the same key. */
const RELEASE = 'if redis.call("get", KEYS[1]) == ARGV[1] then return redis.call("del", KEYS[1]) end return 0';

/** The shared cache in Redis, over Upstash's HTTP protocol. */
export function createUpstashStore(options: UpstashOptions): SharedStore {
  const withRedis = connectUpstash({ ...options, joins_commands: true });

  return {
    read: (key) => withRedis((redis) => redis.get<string>(key)),
    acquire: (lock, milliseconds, key) =>
      withRedis(async (redis) => {
        const pipeline = redis.pipeline().set(lock.key, lock.token, { nx: true, px: milliseconds }).get(key);
        const [taken, value] = await pipeline.exec<[string | null, string | null]>();
        return { is_won: taken === "OK", value };
      }),
    commit: (writes, lock) =>
      withRedis(async (redis) => {
        const pipeline = redis.pipeline();
        for (const { key, value, milliseconds } of writes) pipeline.set(key, value, { px: milliseconds });
        if (lock !== null) pipeline.eval(RELEASE, [lock.key], [lock.token]);
        if (pipeline.length() > 0) await pipeline.exec();
      }),
  };
}

import type { Redis } from "@upstash/redis";
import { type SharedStore, SharedStoreError } from "../core/store.ts";

export interface UpstashOptions {
  readonly url: string;
  readonly token: string;
  /** How long one command may take, in milliseconds. */
  readonly timeout_ms?: number;
}

/** Deletes a lock only while it is still ours: after it fell, somebody else's may stand under the same key. */
const RELEASE = 'if redis.call("get", KEYS[1]) == ARGV[1] then return redis.call("del", KEYS[1]) end return 0';

const REASONS: Readonly<Record<string, string>> = {
  TimeoutError: "timeout",
  AbortError: "timeout",
  UpstashError: "refused",
  UpstashJSONParseError: "not JSON",
  TypeError: "unreachable",
};

/** Redis over Upstash's HTTP protocol, set so that a dead Redis costs one short timeout and nothing else. */
export function createUpstashStore(options: UpstashOptions): SharedStore {
  let connected: Promise<Redis> | null = null;

  /** The client's own errors quote the command with its payload, so nothing of them is passed on but their kind. */
  async function scrubbed<T>(work: (redis: Redis) => Promise<T>): Promise<T> {
    try {
      connected ??= connect(options);
      return await work(await connected);
    } catch (error) {
      throw new SharedStoreError(error instanceof Error ? REASONS[error.name] ?? "unknown" : "unknown");
    }
  }

  return {
    read: (key) => scrubbed((redis) => redis.get<string>(key)),
    acquire: (lock, milliseconds) =>
      scrubbed(async (redis) => await redis.set(lock.key, lock.token, { nx: true, px: milliseconds }) === "OK"),
    commit: (writes, lock) =>
      scrubbed(async (redis) => {
        const pipeline = redis.pipeline();
        for (const { key, value, milliseconds } of writes) pipeline.set(key, value, { px: milliseconds });
        if (lock !== null) pipeline.eval(RELEASE, [lock.key], [lock.token]);
        if (pipeline.length() > 0) await pipeline.exec();
      }),
  };
}

async function connect(options: UpstashOptions): Promise<Redis> {
  const { Redis } = await import("@upstash/redis");
  const timeout_ms = options.timeout_ms ?? 150;
  return new Redis({
    url: options.url,
    token: options.token,
    // `retry: false` still sends twice, and a lock must not be asked for twice.
    retry: { retries: 0 },
    // A function: a plain signal would turn a timeout into a null, which is a miss, which is a stampede.
    signal: () => AbortSignal.timeout(timeout_ms),
    responseEncoding: false,
    automaticDeserialization: false,
    enableTelemetry: false,
    readYourWrites: false,
    enableAutoPipelining: false,
  });
}

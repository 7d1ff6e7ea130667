import type { Redis } from "@upstash/redis";
import { SharedStoreError } from "../../cache/shared_store.ts";

export interface UpstashOptions {
  readonly url: string;
  readonly token: string;
  /** How long one command may take, in milliseconds. */
  readonly timeout_ms?: number;
  /**
   * Whether commands that are sent at the same time share one HTTP call, which costs the deployed runtime more than the rest of
   * a cache hit. For commands that may fail together, and that no later command depends on.
   */
  readonly joins_commands?: boolean;
}

/** Runs commands of Redis. @throws SharedStoreError and nothing else. */
export type WithRedis = <T>(work: (redis: Redis) => Promise<T>) => Promise<T>;

const REASONS: Readonly<Record<string, string>> = {
  TimeoutError: "timeout",
  AbortError: "timeout",
  UpstashError: "refused",
  UpstashJSONParseError: "not JSON",
  TypeError: "unreachable",
};

/** Upstash's HTTP protocol, set so that a dead Redis costs one short timeout and nothing else. Connects when first used. */
export function connectUpstash(options: UpstashOptions): WithRedis {
  let connected: Promise<Redis> | null = null;

  /** The client's own errors quote the command with its payload, so only their kind is passed on. */
  return async (work) => {
    try {
      connected ??= connect(options);
      return await work(await connected);
    } catch (error) {
      throw new SharedStoreError(error instanceof Error ? REASONS[error.name] ?? "unknown" : "unknown");
    }
  };
}

async function connect(options: UpstashOptions): Promise<Redis> {
  const { Redis } = await import("./redis.ts");
  // A response may lose 150 ms in all to a Redis that does not answer, including a timer that fires late.
  const timeout_ms = options.timeout_ms ?? 120;
  return new Redis({
    url: options.url,
    token: options.token,
    // `retry: false` still sends twice, and a lock must not be requested twice.
    retry: { retries: 0 },
    // A function: a plain signal would turn a timeout into a null, which is a miss, which is a stampede.
    signal: sharedTimeout(timeout_ms),
    responseEncoding: false,
    automaticDeserialization: false,
    enableTelemetry: false,
    readYourWrites: false,
    enableAutoPipelining: options.joins_commands ?? false,
  });
}

/** Commands that begin within this many milliseconds share a timer: a timer for each takes a seventh of the time of a hit in Redis. */
const SHARED_MS = 10;

/** Signals that end a command after `timeout_ms` at the latest, and after 10 ms less at the earliest. */
function sharedTimeout(timeout_ms: number): () => AbortSignal {
  let signal = AbortSignal.timeout(timeout_ms);
  let began = performance.now();
  return () => {
    const now = performance.now();
    if (now - began >= SHARED_MS) {
      signal = AbortSignal.timeout(timeout_ms);
      began = now;
    }
    return signal;
  };
}

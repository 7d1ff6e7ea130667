// The limits of several isolates over one real Redis.
import { deepEqual, equal, ok } from "node:assert/strict";
import { Redis } from "@upstash/redis";
import { systemClock } from "../../shared/adapters/runtime/clock.ts";
import { sha256 } from "../../shared/adapters/runtime/sha256.ts";
import { createUpstashRateCounter } from "../../shared/adapters/upstash/rate_counter.ts";
import { createUpstashStore } from "../../shared/adapters/upstash/store.ts";
import type { CacheEvent } from "../../shared/cache/event.ts";
import { RateLimiter } from "../../shared/limits/rate_limiter.ts";
import { type RateLimit, unreportedShare } from "../../shared/limits/rate_limits.ts";
import { SharedCache } from "../../shared/cache/shared_cache.ts";
import { SharedStoreError } from "../../shared/cache/shared_store.ts";
import { pause } from "../../stack/pause.ts";
import { type RedisPart, startRedis } from "../../stack/redis/mod.ts";

const HOUR: RateLimit = { requests: 200, seconds: 3_600 };

let redis: RedisPart;
let workFolder: string;

Deno.test.beforeAll(async () => {
  workFolder = await Deno.makeTempDir();
  const started = await startRedis({ workFolder, token: "a-token-of-this-test" });
  ok(started, "redis-server is not installed: apt-get install redis-server");
  redis = started;
});
Deno.test.afterAll(async () => {
  await redis.stop();
  await Deno.remove(workFolder, { recursive: true });
});

function redisTest(name: string, body: () => Promise<void>): void {
  Deno.test({ name, fn: body, sanitizeOps: false, sanitizeResources: false });
}

/** One isolate, and what it said of Redis. Where Redis is well, a busy machine may take its time. */
function isolate(limit: RateLimit = HOUR, timeout_ms = 5_000) {
  const events: CacheEvent[] = [];
  const background: Promise<unknown>[] = [];
  const clock = systemClock;
  const limiter = new RateLimiter({
    limits: { user: limit, key: null, service: null, unverified: null },
    counter: createUpstashRateCounter({ ...redis, timeout_ms }),
    salt: "salt",
    clock,
    hash: sha256,
    shared: new SharedCache(createUpstashStore({ ...redis, timeout_ms }), { clock, prefix: "freshet:test:" }),
    waitUntil: (work) => void background.push(work),
  });

  /** Spends one request of a subject, and says whether it was admitted. */
  async function admits(subject: string): Promise<boolean> {
    const standing = await limiter.spend("user", subject, (event) => void events.push(event));
    return standing?.is_admitted ?? true;
  }

  async function admitted(subject: string, count: number): Promise<number> {
    let found = 0;
    for (let sent = 0; sent < count; sent++) {
      if (await admits(subject)) found += 1;
      await Promise.all(background.splice(0));
    }
    return found;
  }

  return { admits, admitted, events };
}

redisTest("two isolates share one caller's limit through Redis, to within a share", async () => {
  const [first, second] = [isolate(), isolate()];
  equal(await first.admitted("shared", 150), 150);
  const rest = await second.admitted("shared", 150);
  ok(rest >= 50 && rest < 50 + unreportedShare(HOUR), `${rest} were admitted where 50 were left`);
  deepEqual([...first.events, ...second.events], []);
});

redisTest("four isolates under concurrent load admit the limit and fewer than four shares more", async () => {
  const isolates = [isolate(), isolate(), isolate(), isolate()];
  const outcomes = await Promise.all(Array.from({ length: 1_000 }, async (_, index) => {
    await pause(index % 40);
    return await isolates[index % 4]?.admits("crowd") ?? false;
  }));
  const total = outcomes.filter(Boolean).length;
  ok(total >= 200 && total < 200 + 4 * unreportedShare(HOUR), `${total} of 200 were admitted`);
});

redisTest("a report is one call, and 200 requests cost one for each half share", async () => {
  const one = isolate();
  await one.admitted("warm", 5); // the script is known to Redis from here on
  const before = redis.traffic();
  equal(await one.admitted("counted", 200), 200);
  const after = redis.traffic();
  deepEqual([after.calls - before.calls, after.commands - before.commands], [40, 40]);
  equal(await one.admitted("counted", 500), 0);
  equal(redis.traffic().calls, after.calls, "a refusal asks nobody");
});

redisTest("a window that has ended is open again, and Redis forgets every window by itself", async () => {
  const one = isolate({ requests: 20, seconds: 1 });
  for (const _ of ["a window", "a later one"]) {
    equal(await withinASecond(() => one.admitted("brief", 30)), 20);
  }
  const client = new Redis({ url: redis.url, token: redis.token, enableTelemetry: false });
  const keys = await client.keys("*");
  ok(keys.length > 0);
  for (const key of keys) {
    const left = await client.pttl(key);
    ok(left > 0 && left <= HOUR.seconds * 1_000, `${key} stays for ${left} ms`);
  }
});

/** What comes of work that begins with a second of the clock and ends within it, which a busy machine may manage late. */
async function withinASecond<Result>(work: () => Promise<Result>): Promise<Result> {
  for (let attempt = 0; attempt < 30; attempt += 1) {
    await pause(1_000 - Date.now() % 1_000 + 5);
    const second = Math.floor(Date.now() / 1_000);
    const result = await work();
    if (Math.floor(Date.now() / 1_000) === second) return result;
  }
  throw new Error("the machine is too busy to do it within one second");
}

redisTest(
  "Redis refused or silent: the isolate's own bucket decides, and only the first asks it for long",
  async () => {
    for (const kind of ["refuse", "blackhole"] as const) {
      const one = isolate(HOUR, 150);
      await redis.setFault({ kind });
      const began = performance.now();
      const outcomes = await Promise.all(Array.from({ length: 400 }, () => one.admits(kind)));
      const took = performance.now() - began;
      await redis.setFault({ kind: "none" });
      equal(outcomes.filter(Boolean).length, 200, kind);
      // Where each asked in turn it would be a minute.
      ok(took < 6_000, `${kind}: ${took} ms`);
      deepEqual(one.events[0]?.type, "shared_failed");
    }
  },
);

redisTest("what the counter throws is a word of ours, never the client's message with the command in it", async () => {
  await redis.setFault({ kind: "garbage" });
  const counter = createUpstashRateCounter(redis);
  const error = await counter.add({ key: "user:planted", limit: HOUR, requests: 1 }).catch((thrown: unknown) => thrown);
  await redis.setFault({ kind: "none" });
  ok(error instanceof SharedStoreError);
  ok(!`${error.message} ${error.stack}`.includes("planted"));
});

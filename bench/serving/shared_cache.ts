import type { Options } from "./options.ts";
import { exactly, type Figures, ratio } from "./figures.ts";
import { LANES_PATH, MANY_PATHS, WEEKS_PATH } from "./planted.ts";
import { inTurns, of } from "./rounds.ts";
import { type Server, startServer } from "./server.ts";
import type { Stage } from "./stage.ts";
import { pause } from "../../stack/pause.ts";
import { wrk } from "./wrk.ts";

const SERVERS = new URL("./servers/", import.meta.url);

/** P5 and P6: the cost of a hit in Redis with our client settings, with the default ones, and of a bare `redis.get`. */
export async function measureSharedCache(stage: Stage, options: Options): Promise<Figures> {
  const { environment, stack } = stage;
  const caller = { apikey: stack.keys.secretKey };
  const [ours, theirs, bare] = await Promise.all(
    ["forgetful.ts", "default_client.ts", "redis_get.ts"].map((name) =>
      startServer({ module: new URL(name, SERVERS), environment, probe: "/analytics/health" })
    ),
  );
  if (ours === undefined || theirs === undefined || bare === undefined) throw new Error("A server is missing");
  try {
    await (await fetch(`${ours.origin}${LANES_PATH}`, { headers: caller })).text();
    await pause(200); // the entry is written to Redis after the answer
    const key = await entryKey(stage);
    const alone = (url: string) => wrk({ url, headers: caller, seconds: options.seconds, connections: 1 });
    // More answers than connections: a request for an answer that is already being fetched joins it and makes no call.
    const paths = await Deno.makeTempFile({ prefix: "freshet-bench-paths-" });
    await Deno.writeTextFile(paths, `${MANY_PATHS.join("\n")}\n`);
    const together = ({ origin }: Server) => wrk({ url: origin, headers: caller, seconds: options.seconds, paths });
    for (const server of [ours, theirs]) await together(server);
    const values = await inTurns([
      { name: "p50 of a hit", measure: async () => (await alone(`${ours.origin}${LANES_PATH}`)).p50_ms },
      {
        name: "p50 of a bare get",
        measure: async () => (await alone(`${bare.origin}/?${new URLSearchParams({ key })}`)).p50_ms,
      },
      { name: "ours", measure: async () => (await together(ours)).requests_per_second },
      { name: "theirs", measure: async () => (await together(theirs)).requests_per_second },
    ], options.rounds);
    await Deno.remove(paths);
    return new Map([
      ["P5", ratio(of(values, "p50 of a hit"), of(values, "p50 of a bare get"))],
      ["P6", ratio(of(values, "ours"), of(values, "theirs"))],
    ]);
  } finally {
    await Promise.all([ours, theirs, bare].map((server) => server.stop()));
  }
}

/** The Redis key of this resource's one answer: its value is an envelope, not a note or a lock. */
async function entryKey({ stack }: Stage): Promise<string> {
  const found = await command(stack.redis, ["KEYS", "freshet:*:arena/lane-distributions:*"]);
  for (const key of Array.isArray(found) ? found : []) {
    const value = await command(stack.redis, ["GET", String(key)]);
    if (typeof value === "string" && value.startsWith('{"k":')) return String(key);
  }
  throw new Error("Redis holds no answer");
}

async function command(redis: Stage["stack"]["redis"], words: readonly string[]): Promise<unknown> {
  if (redis === null) throw new Error("This takes Redis: apt-get install redis-server");
  const headers = { authorization: `Bearer ${redis.token}` };
  const response = await fetch(redis.url, { method: "POST", headers, body: JSON.stringify(words) });
  const answer: { readonly result?: unknown } = await response.json();
  return answer.result;
}

/** P7: calls of Redis for one request of each kind, counted at the adapter while the versions are known. */
export async function countRedisCalls({ stack }: Stage): Promise<Figures> {
  const { redis } = stack;
  if (redis === null) throw new Error("This takes Redis: apt-get install redis-server");
  const headers = { apikey: stack.keys.secretKey };
  const [first, second] = stack.functionUrls["analytics"] ?? [];

  async function calls(origin: string | undefined, path: string, more: Record<string, string> = {}): Promise<number> {
    // Refreshes the known versions, which one request a second does, so that the measured request does not.
    await (await fetch(`${origin}/analytics/arena/time-to-first-win`, { headers })).text();
    await pause(100);
    const before = redis?.traffic().calls ?? NaN;
    await (await fetch(`${origin}${path}`, { headers: { ...headers, ...more } })).text();
    await pause(100);
    return (redis?.traffic().calls ?? NaN) - before;
  }

  const path = `${WEEKS_PATH.replace(/weeks=\d+/, "weeks=51")}`;
  const miss = await calls(first, path);
  const memory = await calls(first, path);
  const shared = await calls(second, path);
  const etag = (await fetch(`${first}${path}`, { headers })).headers.get("etag") ?? "";
  const not_modified = await calls(first, path, { "if-none-match": etag });
  return new Map([
    ["P7 memory", exactly(memory)],
    ["P7 304", exactly(not_modified)],
    ["P7 redis", exactly(shared)],
    ["P7 miss", exactly(miss)],
  ]);
}

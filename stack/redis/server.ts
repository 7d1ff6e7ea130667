import { join } from "node:path";
import { type Child, logTail, startChild } from "../child.ts";
import { pause } from "../pause.ts";
import { writePrivately } from "../private_files.ts";

export interface RedisServerOptions {
  /** Where its configuration and log are kept. It keeps no data. */
  folder: string;
  port: number;
  password: string;
}

/** Starts a redis-server of our own on 127.0.0.1, without persistence. Answers null when redis-server is not installed. */
export async function startRedisServer(options: RedisServerOptions, signal?: AbortSignal): Promise<Child | null> {
  await Deno.mkdir(options.folder, { recursive: true });
  const configuration = join(options.folder, "redis.conf");
  const logFile = join(options.folder, "redis.log");
  await writePrivately(configuration, configurationText(options));
  const server = startOrNull(configuration, logFile);
  if (server === null) return null;
  await untilListening(server, options.port, signal);
  return server;
}

function startOrNull(configuration: string, logFile: string): Child | null {
  try {
    return startChild({ command: "redis-server", args: [configuration], logFile });
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

function configurationText({ folder, port, password }: RedisServerOptions): string {
  return [
    "bind 127.0.0.1",
    `port ${port}`,
    `requirepass ${password}`,
    `dir ${JSON.stringify(folder)}`,
    'save ""',
    "appendonly no",
    // A cache that fills up forgets; Upstash's default for a cache database is the same.
    "maxmemory 128mb",
    "maxmemory-policy allkeys-lru",
    "",
  ].join("\n");
}

async function untilListening(server: Child, port: number, signal?: AbortSignal): Promise<void> {
  let isEnded = false;
  server.ended.then(() => isEnded = true);
  for (let attempt = 0; attempt < 200 && !isEnded && signal?.aborted !== true; attempt++) {
    try {
      (await Deno.connect({ hostname: "127.0.0.1", port })).close();
      return;
    } catch {
      await pause(25);
    }
  }
  await server.stop();
  throw new Error(
    `redis-server did not start on port ${port}: see ${server.logFile}\n${await logTail(server.logFile)}`,
  );
}

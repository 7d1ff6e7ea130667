import { join } from "node:path";
import { type Child, startChild } from "../child.ts";
import { writePrivately } from "../private_files.ts";
import { listensAt, untilUp } from "../until_up.ts";

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
  await untilUp(server, {
    name: "redis-server",
    answers: () => listensAt(options.port),
    remedy: `read ${logFile}, and start again`,
    signal,
  });
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

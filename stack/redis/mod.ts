import { join } from "node:path";
import { freePort } from "../free_port.ts";
import type { Part } from "../part.ts";
import { answer, type Traffic } from "./adapter.ts";
import { connectRedis } from "./connection.ts";
import { type Fault, suffer } from "./fault.ts";
import { withScripts } from "./scripts.ts";
import { supervise } from "../supervise.ts";
import { startRedisServer } from "./server.ts";

export type { Fault } from "./fault.ts";
export type { Traffic } from "./adapter.ts";

/** A private Redis behind the protocol that Upstash speaks. */
export interface RedisPart extends Part {
  /** UPSTASH_REDIS_REST_URL */
  readonly url: string;
  /** UPSTASH_REDIS_REST_TOKEN */
  readonly token: string;
  /** The bare server, for a test that wants to look behind the adapter. */
  readonly redis: { port: number; password: string };
  /** Counted since the start. A copy. */
  traffic(): Traffic;
  /** Makes the adapter misbehave until this is changed. */
  setFault(fault: Fault): Promise<void>;
}

export interface RedisOptions {
  workFolder: string;
  token: string;
  /** Called when it dies again and again. */
  onTrouble?: ((message: string) => void) | undefined;
}

/** Starts redis-server and the adapter on free loopback ports. Answers null when redis-server is not installed. */
export async function startRedis({ workFolder, token, onTrouble }: RedisOptions): Promise<RedisPart | null> {
  const redis = { port: freePort(), password: crypto.randomUUID() };
  const options = { folder: join(workFolder, "redis"), ...redis };
  const first = await startRedisServer(options);
  if (first === null) return null;
  const server = supervise(first, {
    name: "Redis",
    logFile: first.logFile,
    async launch(signal) {
      const child = await startRedisServer(options, signal);
      if (child === null) throw new Error("redis-server is no longer installed");
      return child;
    },
    onTrouble,
  });
  const connection = withScripts(await connectRedis(redis.port, redis.password));
  const traffic: Traffic = { calls: 0, commands: 0 };
  let fault: Fault = { kind: "none" };

  async function handle(request: Request): Promise<Response> {
    return await suffer(fault, request) ?? await answer(request, { connection, token, traffic });
  }
  let listener = listen(0, handle);
  const { port } = listener;
  return {
    name: "redis",
    kind: "real",
    detail: `redis-server behind the Upstash protocol, http://127.0.0.1:${port}`,
    url: `http://127.0.0.1:${port}`,
    token,
    redis,
    traffic: () => ({ ...traffic }),
    async setFault(next) {
      if (next.kind === "refuse" && fault.kind !== "refuse") await listener.close();
      if (next.kind !== "refuse" && fault.kind === "refuse") listener = listen(port, handle);
      fault = next;
    },
    async stop() {
      await listener.close();
      connection.close();
      await server.stop();
    },
  };
}

function listen(port: number, handle: (request: Request) => Promise<Response>) {
  const closing = new AbortController();
  const server = Deno.serve({ hostname: "127.0.0.1", port, signal: closing.signal, onListen: () => {} }, handle);
  return {
    port: server.addr.port,
    async close() {
      closing.abort();
      await server.finished;
    },
  };
}

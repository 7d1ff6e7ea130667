import { Buffer } from "node:buffer";
import { createClient, ErrorReply, RESP_TYPES } from "@redis/client";
import { messageOf } from "../stack_error.ts";
import type { Command } from "./command.ts";

/** Redis did not answer, as opposed to answering with an error. */
export class RedisUnreachable extends Error {
  override readonly name = "RedisUnreachable";
}

/** One connection to Redis that gives replies as they are. */
export interface Connection {
  /** Sends commands in one go, nothing between them. An error reply is an Error in the array; never rejects for one. */
  send(commands: Command[]): Promise<unknown[]>;
  close(): void;
}

/** Connects to a Redis on 127.0.0.1, and connects again whenever the connection is lost. */
export async function connectRedis(port: number, password: string): Promise<Connection> {
  const client = createClient({
    password,
    RESP: 2,
    // A command that cannot be sent fails at once: the caller has a cache to do without, not a queue to wait in.
    disableOfflineQueue: true,
    socket: { host: "127.0.0.1", port, reconnectStrategy: (attempt) => Math.min(25 * 2 ** attempt, 500) },
  });
  // Without a listener, a lost connection would end this process. The callers see it in their own answers.
  client.on("error", () => {});
  await client.connect();
  const raw = { typeMapping: { [RESP_TYPES.BLOB_STRING]: Buffer } };

  async function sendOne(command: Command): Promise<unknown> {
    try {
      return await client.sendCommand(command.map((part) => typeof part === "string" ? part : Buffer.from(part)), raw);
    } catch (error) {
      if (error instanceof ErrorReply) return error;
      throw new RedisUnreachable(messageOf(error));
    }
  }
  return { send: (commands) => Promise.all(commands.map(sendOne)), close: () => client.destroy() };
}

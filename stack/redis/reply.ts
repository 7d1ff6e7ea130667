import { Buffer } from "node:buffer";

/** The JSON that Upstash would send for a Redis reply. */
export type JsonReply = string | number | null | JsonReply[];

/**
 * Encodes a reply as Upstash does: with base64 every string is encoded except "OK", which is how the client
 * tells a status from a value; numbers and nulls stay, arrays are walked, errors are plain text.
 */
export function encodeReply(reply: unknown, base64: boolean): JsonReply {
  if (reply === null || reply === undefined) return null;
  if (typeof reply === "number") return reply;
  if (Array.isArray(reply)) return reply.map((item) => encodeReply(item, base64));
  if (reply instanceof Error) return reply.message;
  if (Buffer.isBuffer(reply)) return reply.toString(base64 ? "base64" : "utf8");
  const status = String(reply);
  return base64 && status !== "OK" ? Buffer.from(status).toString("base64") : status;
}

/** One entry of a pipeline's answer. */
export function encodeOutcome(reply: unknown, base64: boolean): { result: JsonReply } | { error: string } {
  return reply instanceof Error ? { error: reply.message } : { result: encodeReply(reply, base64) };
}

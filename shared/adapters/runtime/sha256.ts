import { createHash } from "node:crypto";

/**
 * SHA-256 as hexadecimal text. Node's synchronous digest takes a few µs; `crypto.subtle` takes 40, which is more than all
 * the rest of a cache hit. (`hash()` of `node:crypto` is shorter, and the deployed runtime does not have it.)
 */
export function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

import { createHash } from "node:crypto";
import { isStorable } from "../../kernel/storable.ts";

/** The uuid version 5 (RFC 4122, 4.3) of a name in a namespace, in canonical spelling. */
export function uuidV5(namespace: Uint8Array, name: string): string {
  const hash = createHash("sha1").update(namespace).update(name).digest();
  hash.writeUInt8((hash.readUInt8(6) & 0x0f) | 0x50, 6);
  hash.writeUInt8((hash.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = hash.toString("hex", 0, 16);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

/**
 * The uuid of what an outside issuer names by text: the name is the issuer, a line break, and the id, so two issuers never
 * make the same one.
 *
 * @returns null when a part is empty or no text of the database, or the issuer holds a line break, which would make the name
 * ambiguous
 */
export function outsideId(namespace: Uint8Array, issuer: string, id: string): string | null {
  if (issuer === "" || id === "" || issuer.includes("\n")) return null;
  // A lone surrogate is hashed as the replacement character, so two ids would become one.
  if (!isStorable(issuer) || !isStorable(id)) return null;
  return uuidV5(namespace, `${issuer}\n${id}`);
}

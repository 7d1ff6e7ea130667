import { createHash } from "node:crypto";

/** The uuid v5 of `https://freshet.dev/organisations` in the namespace of URLs. Changing it changes every organisation. */
const NAMESPACE = Uint8Array.from([127, 130, 145, 0, 36, 36, 92, 92, 141, 79, 232, 69, 218, 222, 211, 49]);

/**
 * The uuid v5 (RFC 4122, 4.3) of an organisation that an outside issuer names by text. The name is the issuer, a line
 * break, and the id, so two issuers never make the same organisation. `freshet.organisation_id()` is the same in SQL.
 *
 * @returns null when a part is empty, or the issuer holds a line break, which would make the name ambiguous
 */
export function organisationId(issuer: string, external_id: string): string | null {
  if (issuer === "" || external_id === "" || issuer.includes("\n")) return null;
  const hash = createHash("sha1").update(NAMESPACE).update(`${issuer}\n${external_id}`).digest();
  hash.writeUInt8((hash.readUInt8(6) & 0x0f) | 0x50, 6);
  hash.writeUInt8((hash.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = hash.toString("hex", 0, 16);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

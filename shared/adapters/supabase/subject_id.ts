import { outsideId } from "./uuid_v5.ts";

/** The uuid v5 of `https://freshet.dev/subjects` in the namespace of URLs. Changing it changes every such user's id. */
const NAMESPACE = Uint8Array.from([119, 42, 63, 63, 179, 3, 90, 109, 162, 28, 76, 85, 249, 240, 14, 129]);

/**
 * The uuid v5 (RFC 4122, 4.3) of a user of an outside issuer. The name is the issuer, a line break, and the subject, so
 * the same subject of two issuers is two users. `freshet.subject_id()` is the same in SQL.
 *
 * @returns null when a part is empty or no text of the database, or the issuer holds a line break
 */
export function subjectId(issuer: string, subject: string): string | null {
  return outsideId(NAMESPACE, issuer, subject);
}

import { outsideId } from "./uuid_v5.ts";

/** The uuid v5 of `https://freshet.dev/organisations` in the namespace of URLs. Changing it changes every organisation. */
const NAMESPACE = Uint8Array.from([127, 130, 145, 0, 36, 36, 92, 92, 141, 79, 232, 69, 218, 222, 211, 49]);

/**
 * The uuid v5 (RFC 4122, 4.3) of an organisation that an outside issuer names by text. The name is the issuer, a line
 * break, and the id, so two issuers never make the same organisation. `freshet.organisation_id()` is the same in SQL.
 *
 * @returns null when a part is empty or no text of the database, or the issuer holds a line break, which would make the name
 * ambiguous
 */
export function organisationId(issuer: string, external_id: string): string | null {
  return outsideId(NAMESPACE, issuer, external_id);
}

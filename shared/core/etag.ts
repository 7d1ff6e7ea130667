/**
 * Whether `If-None-Match` names this validator (RFC 9110, weak comparison: a compressing proxy turns a strong tag weak).
 * `*` does not match here: it would answer 304 to a caller whose right to the rows has not been looked at.
 */
export function namesEtag(if_none_match: string | null, etag: string): boolean {
  if (if_none_match === null) return false;
  return if_none_match.split(",").some((tag) => tag.trim().replace(/^W\//, "") === etag);
}

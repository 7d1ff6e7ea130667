/** The tag of an answer's compressed form: a strong tag names bytes, so each form has its own (RFC 9110, 8.8.3). */
export function gzipEtag(etag: string): string {
  return `${etag.slice(0, -1)}-gzip"`;
}

/**
 * The tag by which `If-None-Match` names this answer, in its plain or in its compressed form; null when it does not. The
 * comparison is weak (RFC 9110, 13.1.2): a compressing proxy turns a strong tag weak. `*` does not match here: it would
 * answer 304 to a caller whose right to the rows has not been looked at.
 */
export function namedEtag(if_none_match: string | null, etag: string): string | null {
  if (if_none_match === null) return null;
  if (if_none_match === etag) return etag;
  const forms = [etag, gzipEtag(etag)];
  return if_none_match.split(",").map((tag) => tag.trim().replace(/^W\//, "")).find((tag) => forms.includes(tag)) ??
    null;
}

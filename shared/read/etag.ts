/** The tag of an answer's compressed form: a strong tag identifies bytes, so each form has its own (RFC 9110, 8.8.3). */
export function gzipEtag(etag: string): string {
  return `${etag.slice(0, -1)}-gzip"`;
}

/**
 * The tag in `If-None-Match` that matches this answer, in its plain or its compressed form; null for no match. The
 * comparison is weak (RFC 9110, 13.1.2): a compressing proxy turns a strong tag weak. `*` does not match here: it would
 * answer 304 to a caller whose access to the rows has not been checked.
 */
export function namedEtag(if_none_match: string | null, etag: string): string | null {
  if (if_none_match === null) return null;
  if (if_none_match === etag) return etag;
  const forms = [etag, gzipEtag(etag)];
  return if_none_match.split(",").map((tag) => tag.trim().replace(/^W\//, "")).find((tag) => forms.includes(tag)) ??
    null;
}

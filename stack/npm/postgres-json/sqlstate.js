/** Statuses by SQLSTATE, the longest prefix first, as PostgREST has them (src/PostgREST/Error.hs, mapSQLtoHTTP). */
const statuses = [
  ["23503", 409],
  ["23505", 409],
  ["25006", 405],
  ["42883", 404],
  ["42P01", 404],
  ["42P17", 500],
  ["53400", 500],
  ["57P01", 503],
  ["P0001", 400],
  ["08", 503],
  ["09", 500],
  ["0L", 403],
  ["0P", 403],
  ["21", 500],
  ["25", 500],
  ["28", 403],
  ["2D", 500],
  ["38", 500],
  ["39", 500],
  ["3B", 500],
  ["40", 500],
  ["53", 503],
  ["54", 500],
  ["55", 500],
  ["57", 500],
  ["58", 500],
  ["F0", 500],
  ["HV", 500],
  ["P0", 500],
  ["XX", 500],
];

/** States for which lite answers as PostgREST does, or which its own code looks at. */
const known = /^(?:PGRST$|PT|42501$|42|22|2100|2350[235]|25006)/;
/** Of those, the ones that no function of the project should have rewritten. */
const final = /^(?:PGRST$|PT|42501$|25006)/;

/**
 * Turns an error that lite would answer with 500 "SUP" into one that it passes on: SQLSTATE PGRST, whose message and
 * detail spell out the answer. An error with a context was raised inside a function, so it is none of lite's own.
 */
export function mendError(error) {
  const { code, where } = error ?? {};
  if (typeof code !== "string" || code.length !== 5) return error;
  const isUnknownRole = code === "22023" && /^role .* does not exist$/.test(error.message);
  if (!isUnknownRole && (where === undefined ? known.test(code) : final.test(code))) return error;
  const answer = { code, message: error.message, details: error.detail ?? null, hint: error.hint ?? null };
  error.code = "PGRST";
  error.message = JSON.stringify(answer);
  error.detail = JSON.stringify({ status: isUnknownRole ? 401 : statusOf(code), headers: {} });
  return error;
}

function statusOf(code) {
  return statuses.find(([prefix]) => code.startsWith(prefix))?.[1] ?? 400;
}

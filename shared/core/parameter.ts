import { z } from "zod";

type Issue = { readonly input?: unknown };

/** Says "is required" when nothing was given, and otherwise the sentence. Values are never repeated. */
function reason(sentence: string): (issue: Issue) => string {
  return (issue) => issue.input === undefined ? "is required" : sentence;
}

/** The kinds of query parameter. Each takes the text of the query string and gives one canonical value. */
export const parameter = {
  /** A UUID, lower-cased so that two spellings of one id share one cache entry. */
  id: () => z.guid({ error: reason("must be a UUID") }).toLowerCase(),

  /** A whole number written plainly: no sign, no exponent, no leading zero, no blanks. */
  wholeNumber: (bounds: { readonly from: number; readonly to: number; readonly otherwise: number }) => {
    const sentence = `must be a whole number from ${bounds.from} to ${bounds.to}`;
    return z.string({ error: reason(sentence) })
      .regex(/^(?:0|[1-9]\d{0,8})$/, { error: sentence })
      .transform(Number)
      .pipe(z.int().min(bounds.from, { error: sentence }).max(bounds.to, { error: sentence }))
      .prefault(String(bounds.otherwise));
  },

  /** One of a closed list of words. */
  oneOf: <const Values extends readonly [string, ...string[]]>(values: Values, otherwise: Values[number]) =>
    z.enum(values, { error: reason(`must be one of ${values.join(", ")}`) }).default(otherwise),
};

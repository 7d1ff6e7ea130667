import { z } from "zod";
import { LONGEST_CURSOR } from "./cursor_text.ts";
import { mondayOf } from "./iso_week.ts";
import { spellLabel } from "./label.ts";

type Issue = { readonly input?: unknown };

/** The error text: "is required" if the parameter is missing, otherwise the sentence. It never repeats the value. */
function reason(sentence: string): (issue: Issue) => string {
  return (issue) => issue.input === undefined ? "is required" : sentence;
}

const LONGEST_WORD = 100;

/**
 * A short text, normalised by `spell` to the spelling in the views. Control characters are refused: PostgreSQL has no
 * NUL.
 */
function spelt(spell: (text: string) => string) {
  const sentence = `must be 1 to ${LONGEST_WORD} characters, none of them a control character`;
  return z.string({ error: reason(sentence) })
    .max(LONGEST_WORD, { error: sentence })
    .regex(/^[^\p{Cc}\p{Cs}]*$/u, { error: sentence })
    .transform(spell)
    .refine((text) => text !== "" && text.length <= LONGEST_WORD, { error: sentence });
}

function day() {
  const sentence = "must be a day from 1970-01-01 to 9999-12-31, like 2026-01-31";
  return z.iso.date({ error: reason(sentence), abort: true }).refine((text) => text >= "1970", { error: sentence });
}

interface Bounds {
  readonly from: number;
  readonly to: number;
}

function wholeNumber({ from, to }: Bounds) {
  const sentence = `must be a whole number from ${from} to ${to}`;
  return z.string({ error: reason(sentence) })
    .regex(/^(?:0|[1-9]\d{0,8})$/, { error: sentence })
    .transform(Number)
    .pipe(z.int().min(from, { error: sentence }).max(to, { error: sentence }));
}

function wordOf<const Values extends readonly [string, ...string[]]>(values: Values) {
  return z.enum(values, { error: reason(`must be one of ${values.join(", ")}`) });
}

/** The types of query parameter. Each parses the text of the query string into one canonical value. */
export const parameter = {
  /** A UUID, lower-cased so that two spellings of one id share one cache entry. */
  id: () => z.guid({ error: reason("must be a UUID") }).toLowerCase(),

  /** A whole number written plainly: no sign, no exponent, no leading zero, no blanks. */
  wholeNumber: (bounds: Bounds & { readonly otherwise: number }) =>
    wholeNumber(bounds).prefault(String(bounds.otherwise)),

  /** The same, but optional. */
  optionalWholeNumber: (bounds: Bounds) => wholeNumber(bounds).optional(),

  /** true or false; false if it is left out. */
  flag: () =>
    z.enum(["true", "false"], { error: "must be true or false" }).transform((word) => word === "true").prefault(
      "false",
    ),

  /** A user id of an identity provider: any characters except control characters, taken unchanged. */
  subject: () => {
    const sentence = "must be 1 to 255 characters, none of them a control character";
    return z.string({ error: reason(sentence) }).min(1, { error: sentence }).max(255, { error: sentence })
      .regex(/^[^\p{Cc}\p{Cs}]*$/u, { error: sentence });
  },

  /** A calendar month, YYYY-MM, parsed to its first day. */
  month: () => {
    const sentence = "must be a month from 1970-01 to 9999-12, like 2026-01";
    return z.string({ error: reason(sentence) }).regex(/^(?:19[7-9]\d|[2-9]\d{3})-(?:0[1-9]|1[0-2])$/, {
      error: sentence,
    })
      .transform((text) => `${text}-01`);
  },

  /** A calendar day, YYYY-MM-DD, UTC. */
  day,

  /** A day, parsed to the Monday of its ISO week. */
  week: () => day().transform(mondayOf),

  /** A short text with the pack's own normalisation: `spell` makes all spellings of one thing equal. */
  spelt,

  /** A label: surrounding and repeated white space is ignored, case is not. */
  label: () => spelt(spellLabel),

  /** `next_cursor` of the previous page. placeOf() checks its content against the resource. */
  cursor: () =>
    z.string({ error: reason("must be the next_cursor of the page before") })
      .regex(/^[\w-]+$/, { error: "must be the next_cursor of the page before" })
      .max(LONGEST_CURSOR, { error: "must be the next_cursor of the page before" }),

  /** One of a closed list of words. */
  oneOf: <const Values extends readonly [string, ...string[]]>(values: Values, otherwise: Values[number]) =>
    wordOf(values).default(otherwise),

  /** The same, but required. */
  word: wordOf,

  /** A list of increasing positive numbers with at most two decimals: "3,7". */
  increasingNumbers: ({ most, otherwise }: { readonly most: number; readonly otherwise: string }) => {
    const sentence = `must be 1 to ${most} increasing numbers above 0, like ${otherwise}`;
    return z.string({ error: reason(sentence) })
      .regex(/^\d{1,6}(?:\.\d{1,2})?(?:,\d{1,6}(?:\.\d{1,2})?)*$/, { error: sentence, abort: true })
      .transform((text) => text.split(",").map(Number))
      .refine(
        (numbers) => numbers.length <= most && numbers.every((number, place) => number > (numbers[place - 1] ?? 0)),
        { error: sentence },
      )
      .prefault(otherwise);
  },
};

import { z } from "zod";
import { LONGEST_CURSOR } from "./cursor_text.ts";
import { mondayOf } from "./iso_week.ts";
import { spellLabel, spellTag } from "./tag.ts";

type Issue = { readonly input?: unknown };

/** Says "is required" when nothing was given, and otherwise the sentence. Values are never repeated. */
function reason(sentence: string): (issue: Issue) => string {
  return (issue) => issue.input === undefined ? "is required" : sentence;
}

const LONGEST_WORD = 100;

/** A word or a few, put into the one spelling that the views have. Control characters are refused: PostgreSQL has no NUL. */
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

/** The kinds of query parameter. Each takes the text of the query string and gives one canonical value. */
export const parameter = {
  /** A UUID, lower-cased so that two spellings of one id share one cache entry. */
  id: () => z.guid({ error: reason("must be a UUID") }).toLowerCase(),

  /** A whole number written plainly: no sign, no exponent, no leading zero, no blanks. */
  wholeNumber: (bounds: Bounds & { readonly otherwise: number }) =>
    wholeNumber(bounds).prefault(String(bounds.otherwise)),

  /** The same, which may be absent. */
  optionalWholeNumber: (bounds: Bounds) => wholeNumber(bounds).optional(),

  /** true or false; false when it is absent. */
  flag: () =>
    z.enum(["true", "false"], { error: "must be true or false" }).transform((word) => word === "true").prefault(
      "false",
    ),

  /** The name that an identity provider gave a user: any characters but control ones, taken as they are. */
  subject: () => {
    const sentence = "must be 1 to 255 characters, none of them a control character";
    return z.string({ error: reason(sentence) }).min(1, { error: sentence }).max(255, { error: sentence })
      .regex(/^[^\p{Cc}\p{Cs}]*$/u, { error: sentence });
  },

  /** A calendar month, YYYY-MM: its first day. */
  month: () => {
    const sentence = "must be a month from 1970-01 to 9999-12, like 2026-01";
    return z.string({ error: reason(sentence) }).regex(/^(?:19[7-9]\d|[2-9]\d{3})-(?:0[1-9]|1[0-2])$/, {
      error: sentence,
    })
      .transform((text) => `${text}-01`);
  },

  /** A calendar day, YYYY-MM-DD, UTC. */
  day,

  /** A day that stands for the ISO week that holds it: its Monday. */
  week: () => day().transform(mondayOf),

  /** A normalised tag, in any spelling. */
  tag: () => spelt(spellTag),

  /** A label: blanks at its ends and doubled ones do not count, case does. */
  label: () => spelt(spellLabel),

  /** `next_cursor` of the page before. What it says is checked against the resource, by placeOf(). */
  cursor: () =>
    z.string({ error: reason("must be the next_cursor of the page before") })
      .regex(/^[\w-]+$/, { error: "must be the next_cursor of the page before" })
      .max(LONGEST_CURSOR, { error: "must be the next_cursor of the page before" }),

  /** One of a closed list of words. */
  oneOf: <const Values extends readonly [string, ...string[]]>(values: Values, otherwise: Values[number]) =>
    wordOf(values).default(otherwise),

  /** The same, which has to be given. */
  word: wordOf,

  /** Some positive numbers, each above the one before, with at most two decimals: "3,7". */
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

/** Blanks, underscores and hyphens of any kind: one space between the words of a tag. */
const BETWEEN_WORDS = /[ \t\n\v\f\r_\u2010-\u2015\u2212-]+/g;

/** Blanks of a label; NFC leaves the no-break space alone. */
const BLANKS = /[ \t\n\v\f\r\u00a0]+/g;

/**
 * The one spelling of a tag, as `analytics.question_tags` has it: compatibility form, lower case, words parted by one
 * space.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(spellTag(" Tetralogy_of-Fallot "), "tetralogy of fallot");
 * ```
 */
export function spellTag(text: string): string {
  return trimSpaces(text.normalize("NFKC").toLowerCase().replace(BETWEEN_WORDS, " "));
}

/** A label keeps its letters; only its blanks are put in order. */
export function spellLabel(text: string): string {
  return trimSpaces(text.normalize("NFC").replace(BLANKS, " "));
}

/** Not trim(): that takes more than the one kind of blank that is left. */
function trimSpaces(text: string): string {
  return text.replace(/^ | $/g, "");
}

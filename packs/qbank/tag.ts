import { parameter } from "../../shared/resource/resource.ts";

/** Blanks, underscores and hyphens of any kind: one space between the words of a tag. */
const BETWEEN_WORDS = /[ \t\n\v\f\r_\u2010-\u2015\u2212-]+/g;

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
  // Not trim(): that takes more than the one kind of blank that is left.
  return text.normalize("NFKC").toLowerCase().replace(BETWEEN_WORDS, " ").replace(/^ | $/g, "");
}

/** A parameter that takes a tag in any spelling. */
export const tag = () => parameter.spelt(spellTag);

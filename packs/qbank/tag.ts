import { parameter } from "../../shared/resource/resource.ts";

/** Spaces, underscores and hyphens of any kind, which become one space. */
const BETWEEN_WORDS = /[ \t\n\v\f\r_\u2010-\u2015\u2212-]+/g;

/**
 * Normalises a tag as `analytics.question_tags` does: NFKC, lower case, words separated by one space.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(spellTag(" Tetralogy_of-Fallot "), "tetralogy of fallot");
 * ```
 */
export function spellTag(text: string): string {
  // Not trim(): it removes more than the one kind of white space that is left.
  return text.normalize("NFKC").toLowerCase().replace(BETWEEN_WORDS, " ").replace(/^ | $/g, "");
}

/** A parameter that takes a tag in any spelling. */
export const tag = () => parameter.spelt(spellTag);

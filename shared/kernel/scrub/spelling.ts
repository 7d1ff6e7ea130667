/** Invisible characters, which may stand inside a word. */
const INVISIBLE = /[\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]/g;
const BLANK = /[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]/g;
/** Full-width letters, digits and signs: ASCII's, in the same order. */
const FULL_WIDTH = /[\uff01-\uff5e]/g;

/** The text in the characters that the rules match: invisible ones removed, spaces and full-width ones as ASCII. */
export function plainly(text: string): string {
  return text.replace(INVISIBLE, "").replace(BLANK, " ").replace(
    FULL_WIDTH,
    (letter) => String.fromCharCode(letter.charCodeAt(0) - 0xfee0),
  );
}

/** Scrubs the plain form of a text; if nothing was removed, returns the text unchanged. */
export function scrubPlainly(text: string, scrub: (plain: string) => string): string {
  const plain = plainly(text);
  const scrubbed = scrub(plain);
  return scrubbed === plain ? text : scrubbed;
}

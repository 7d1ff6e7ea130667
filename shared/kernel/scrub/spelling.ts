/** Marks that no reader sees, and that may stand inside a word. */
const INVISIBLE = /[\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]/g;
const BLANK = /[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]/g;
/** Letters, digits and signs of full width are those of ASCII, in the same order. */
const FULL_WIDTH = /[\uff01-\uff5e]/g;

/** A text as it looks: in the letters, blanks and signs that the rules are written in. */
export function plainly(text: string): string {
  return text.replace(INVISIBLE, "").replace(BLANK, " ").replace(
    FULL_WIDTH,
    (letter) => String.fromCharCode(letter.charCodeAt(0) - 0xfee0),
  );
}

/** Scrubs what the text looks like; a text in which there is nothing to scrub stays as it is spelt. */
export function scrubPlainly(text: string, scrub: (plain: string) => string): string {
  const plain = plainly(text);
  const scrubbed = scrub(plain);
  return scrubbed === plain ? text : scrubbed;
}

/** Blanks of a label; NFC leaves the no-break space alone. */
const BLANKS = /[ \t\n\v\f\r\u00a0]+/g;

/** A label keeps its letters; only its blanks are put in order. */
export function spellLabel(text: string): string {
  // Not trim(): that takes more than the one kind of blank that is left.
  return text.normalize("NFC").replace(BLANKS, " ").replace(/^ | $/g, "");
}

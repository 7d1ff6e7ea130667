/** White space in a label; NFC leaves the no-break space unchanged, so it is listed. */
const BLANKS = /[ \t\n\v\f\r\u00a0]+/g;

/** Normalises a label: NFC, single spaces, none at the ends. Case is kept. */
export function spellLabel(text: string): string {
  // Not trim(): it removes more than the one kind of white space that is left.
  return text.normalize("NFC").replace(BLANKS, " ").replace(/^ | $/g, "");
}

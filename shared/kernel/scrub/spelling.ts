/** Invisible characters, which may stand inside a word. */
const INVISIBLE = /[\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]/g;
const BLANK = /[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]/g;
/** Full-width letters, digits and signs: ASCII's, in the same order. */
const FULL_WIDTH = /[\uff01-\uff5e]/g;

/** Characters in the spelling of HTML, also if it was applied twice; quotes in the spelling of JSON and of URLs. */
const ENTITY =
  /&(?:(?:amp|#0{0,5}38|#x0{0,5}26);){0,3}(?:(quot|apos|lt|gt|nbsp|[lr][ads]quo|[lr]saquo|bdquo|sbquo|#\d{1,7}|#x[0-9a-f]{1,6});)|\\u002([27])|%2([27])/gi;

const NAMED: Readonly<Record<string, string>> = {
  quot: '"',
  apos: "'",
  lt: "<",
  gt: ">",
  nbsp: " ",
  laquo: "«",
  raquo: "»",
  ldquo: "“",
  rdquo: "”",
  bdquo: "„",
  lsquo: "‘",
  rsquo: "’",
  sbquo: "‚",
  lsaquo: "‹",
  rsaquo: "›",
};

function characterOf(
  found: string,
  entity: string | undefined,
  json: string | undefined,
  url: string | undefined,
): string {
  if (entity === undefined) return (json ?? url) === "2" ? '"' : "'";
  const name = entity.toLowerCase();
  if (!name.startsWith("#")) return NAMED[name] ?? found;
  const code = name.startsWith("#x") ? parseInt(name.slice(2), 16) : Number(name.slice(1));
  return code >= 32 && code <= 0x10ffff ? String.fromCodePoint(code) : found;
}

/**
 * The text in the characters that the rules match: invisible ones removed, spaces and full-width ones as ASCII, those
 * that HTML, JSON or a URL spells with others as themselves.
 */
export function plainly(text: string): string {
  return text.replace(ENTITY, characterOf).replace(INVISIBLE, "").replace(BLANK, " ").replace(
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

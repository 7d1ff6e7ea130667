import { scrubTokens } from "./tokens.ts";

/** A word that announces the quoted name of an object, and the name; in PostgreSQL's messages and in ours. */
const ANNOUNCED =
  /(?<![A-Za-z])(?:relation|table|view|column|column reference|index|constraint|schema|function|procedure|type|role|owner|database|sequence|extension|trigger|policy|cursor|language|job|schedule|field|record|savepoint|parameter|server|publication|subscription|partition|rule|collation|domain|attribute|argument|tablespace|operator|aggregate|option|variable|reading|filter|outcome|pack|kind|resource|register|invoke|fits|run of|run is|emptied) {1,2}"([^"]{1,128})"/gi;

/** A second name directly after the first: job "a" of "postgres", schedule "b" instead of "c". */
const FURTHER = / (?:of|instead of) "([^"]{1,128})"/y;

const IDENTIFIER = /^[a-z_][\w.$:-]{0,127}$/i;
const SCHEDULE = /^(?:(?:[\d*$,/-]{1,20}|[a-z]{3}) ){4}(?:[\d*$,/-]{1,20}|[a-z]{3})$|^\d{1,4} seconds?$/i;

/** A literal in apostrophes; not an apostrophe inside a word (doesn't, the view's). */
const LITERAL = /'(?!(?<=[A-Za-z]')(?:s|t|re|ve|ll|d|m)(?![A-Za-z0-9_'"]))(?:[^'\\]|\\(?:[\s\S]|$)|'(?=\w))*(?:'|$)/g;
const DOLLARS = /\$(\w{0,60})\$[\s\S]*?(?:\$\1\$|$)/g;
const SINGLE_CURLED = /‘[\s\S]*?(?:’(?!\p{L})|$)|‚[\s\S]*?(?:[‘’](?!\p{L})|$)/gu;
const OTHER_QUOTES = /[«»“”„‟‹›「」『』《》〈〉〝〞´]|`+/g;

/**
 * Removes quoted texts, except the names of objects and those in `names`. In our own messages (`is_ours`) an announced
 * name may have any form: a job's name may be a sentence, and a schedule has many forms.
 */
export function scrubQuotes(text: string, names: readonly string[], is_ours = false): string {
  const literals = text.replace(DOLLARS, "[literal]").replace(LITERAL, "'[literal]'").replace(
    SINGLE_CURLED,
    "‘[value]’",
  );
  return scrubOtherQuotes(scrubDoubleQuotes(literals, names, is_ours));
}

/**
 * PostgreSQL prints values unescaped, and they may hold quotes. So everything between the first and the last quote that
 * do not belong to a name is a value; if there is only one such quote, everything after it.
 */
function scrubDoubleQuotes(text: string, names: readonly string[], is_ours: boolean): string {
  const of_names = new Set([...announced(text, is_ours), ...given(text, names)]);
  const quotes: number[] = [];
  for (let at = text.indexOf('"'); at !== -1; at = text.indexOf('"', at + 1)) if (!of_names.has(at)) quotes.push(at);
  const [first] = quotes;
  if (first === undefined) return text;
  const last = quotes.length === 1 ? text.length - 1 : quotes.at(-1) ?? first;
  return `${text.slice(0, first)}"[value]"${text.slice(last + 1)}`;
}

/** Positions of the quotes around announced names. */
function* announced(text: string, is_ours: boolean): Generator<number> {
  for (const found of text.matchAll(ANNOUNCED)) {
    let word = found[1] ?? "";
    let end = found.index + found[0].length;
    while (is_ours || isName(word)) {
      yield end - word.length - 2;
      yield end - 1;
      FURTHER.lastIndex = end;
      const further = FURTHER.exec(text);
      if (further === null) break;
      word = further[1] ?? "";
      end = FURTHER.lastIndex;
    }
  }
}

function isName(word: string): boolean {
  return SCHEDULE.test(word) || (IDENTIFIER.test(word) && scrubTokens(word) === word);
}

/** Positions of the quotes around the given names. */
function* given(text: string, names: readonly string[]): Generator<number> {
  for (const name of new Set(names)) {
    if (name === "" || name.length > 200) continue;
    const quoted = `"${name}"`;
    for (let at = text.indexOf(quoted); at !== -1; at = text.indexOf(quoted, at + quoted.length)) {
      yield at;
      yield at + quoted.length - 1;
    }
  }
}

/**
 * Removes texts in typographic quotes. They never hold an object's name: PostgreSQL in other languages quotes values
 * so.
 */
function scrubOtherQuotes(text: string): string {
  const quotes = [...text.matchAll(OTHER_QUOTES)];
  const [first, last] = [quotes[0], quotes.at(-1)];
  if (first === undefined || last === undefined) return text;
  const until = quotes.length === 1 ? text.length : last.index;
  const closing = quotes.length === 1 ? first[0] : last[0];
  return `${text.slice(0, first.index)}${first[0]}[value]${closing}${text.slice(until + last[0].length)}`;
}

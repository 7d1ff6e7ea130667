type SectionRule = readonly [pattern: RegExp, replacement: string];

/** PostgreSQL's own texts of DETAIL; a function may write anything there. */
const KEY_DETAIL =
  /^Key \(([\w", .()]{1,300}?)\)=\([\s\S]*\)( already exists| is duplicated| is not present in table "[\w.]{1,128}"| is still referenced from table "[\w.]{1,128}"|)(?:\.|$)/;
const ROW_DETAIL = /^Failing row contains \(/;
const TAIL = /(?<![A-Za-z])(?:(DETAIL|HINT):[ \t]*|(?:CONTEXT|QUERY|STATEMENT|LOCATION):)/;
const NEXT_HINT = /\nHINT:[ \t]*/;
const NEXT_CONTEXT = /\n(?:(?:CONTEXT|QUERY|STATEMENT|LOCATION):|\[context\])/;

const STATEMENTS: readonly SectionRule[] = [
  [/^LINE \d{1,9}:.*(?:\n[ \t]*\^[^\n]*)?/gm, "[statement]"],
  [/(?<![A-Za-z])JSON data, line \d{1,9}:[\s\S]*/, "[context]"],
];

/** Values are printed unescaped, so each pattern matches up to the last place where its value can end. */
const ROWS: readonly SectionRule[] = [
  [
    /\)=\((?:[\s\S]*\)(?= already exists| is not present| is still referenced| is duplicated| conflicts with)|[\s\S]*$)/,
    ")=([value])",
  ],
  [/( conflicts with existing key [^=]{1,300}\)=)\([\s\S]*$/, "$1([value])"],
  [/Failing row contains \((?:[\s\S]*\)|[\s\S]*$)/, "Failing row contains ([values])"],
];

/** A label of another program's error (`detail: …`, `hint: …`, `"params": …`), and whether its text is quoted. */
const OTHER_LABEL =
  /(?<![\p{L}\p{N}_.-])((?:Detail|detail|Hint|hint|Context|context|Query|query|internalQuery|Statement|statement|Param|param|Parameter|parameter|Binding|binding|Payload|payload|Row|row)s?\\?["']?[ \t]{0,3}[:=][ \t]{0,3})(?!(?:undefined|null|nil|none|None|\d{1,9})(?![^\s,;}])|\[(?:detail|hint|context|values?)\])(?:\\"[\s\S]*?(?:\\"|$)|"(?:[^"\\]|\\[\s\S]|"(?=\w))*(?:"|$)|'(?:[^'\\]|\\[\s\S]|'(?=\w))*(?:'|$)|[^\s"'][^\n]*(?:\n(?![ \t]{0,20}[\w-]{1,40}:)[^\n]*)*)/gu;

/**
 * Removes the parts of a message that repeat a statement or data: the excerpt of the statement, its context, keys and
 * rows. A DETAIL is kept, without its values, if it is PostgreSQL's own text about a key or a row. Any other DETAIL,
 * and every HINT, may be data and is removed. So is what other programs print behind labels of that kind.
 */
export function scrubSections(message: string): string {
  return scrubOwnSections(message).replace(OTHER_LABEL, "$1[value]");
}

function scrubOwnSections(message: string): string {
  const excerpted = replaceAll(message, STATEMENTS);
  const tail = TAIL.exec(excerpted);
  if (tail === null) return replaceAll(excerpted, ROWS);
  const { index } = tail;
  return replaceAll(excerpted.slice(0, index), ROWS) +
    scrubTail(excerpted.slice(index), { head: tail[0], label: tail[1] });
}

/**
 * DETAIL, HINT and CONTEXT come in this order, each at most once. A value may hold a line break, so a second label of
 * the same name is data.
 */
function scrubTail(tail: string, first: { readonly head: string; readonly label: string | undefined }): string {
  if (first.label === undefined) return "[context]";
  const context = NEXT_CONTEXT.exec(tail);
  const said = context === null ? tail : tail.slice(0, context.index);
  const after = context === null ? "" : "\n[context]";
  if (first.label === "HINT") return `${first.head}[hint]${after}`;
  const hint = NEXT_HINT.exec(said);
  const detail = said.slice(first.head.length, hint?.index);
  return `${first.head}${scrubDetail(detail)}${hint === null ? "" : `${hint[0]}[hint]`}${after}`;
}

function scrubDetail(detail: string): string {
  const key = KEY_DETAIL.exec(detail);
  if (key !== null) return `Key (${key[1] ?? ""})=([value])${key[2] === "" ? "" : `${key[2] ?? ""}.`}`;
  return ROW_DETAIL.test(detail) ? "Failing row contains ([values])." : "[detail]";
}

function replaceAll(text: string, rules: readonly SectionRule[]): string {
  return rules.reduce((rest, [pattern, name]) => rest.replace(pattern, name), text);
}

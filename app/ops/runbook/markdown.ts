// The part of Markdown that the runbook is written in, read into data: no page of text becomes HTML.

export type Inline =
  | { readonly kind: "text" | "code" | "strong"; readonly text: string }
  | { readonly kind: "link"; readonly text: readonly Inline[]; readonly href: string };

export type Block =
  | { readonly kind: "heading"; readonly level: number; readonly text: readonly Inline[] }
  | { readonly kind: "paragraph"; readonly text: readonly Inline[] }
  | { readonly kind: "list"; readonly items: readonly (readonly Inline[])[] }
  | { readonly kind: "code"; readonly text: string }
  | { readonly kind: "table"; readonly head: readonly (readonly Inline[])[]; readonly rows: Cells[] };

type Cells = readonly (readonly Inline[])[];

export function blocksOf(markdown: string): Block[] {
  const lines = markdown.split("\n");
  const blocks: Block[] = [];
  let at = 0;
  /** The lines from here for as long as they are of the same block. */
  const take = (isOf: (line: string) => boolean) => {
    const from = at;
    while (at < lines.length && isOf(lines[at] ?? "")) at++;
    return lines.slice(from, at);
  };
  while (at < lines.length) {
    const line = lines[at] ?? "";
    const [, marks, title] = /^(#{1,6}) (.*)$/.exec(line) ?? [];
    if (line.trim() === "") at++;
    else if (marks !== undefined) {
      at++;
      blocks.push({ kind: "heading", level: marks.length, text: inlineOf(title ?? "") });
    } else if (line.startsWith("```")) {
      at++;
      blocks.push({ kind: "code", text: take((next) => !next.startsWith("```")).join("\n") });
      at++;
    } else if (line.startsWith("|")) {
      const [head = [], , ...rows] = take((next) => next.startsWith("|")).map(cellsOf);
      blocks.push({ kind: "table", head, rows });
    } else if (line.startsWith("- ")) {
      blocks.push({ kind: "list", items: itemsIn(take((next) => /^(?:- | {2})/.test(next))) });
    } else {
      const text = take((next) => next.trim() !== "" && !/^(?:#{1,6} |```|\||- )/.test(next));
      blocks.push({ kind: "paragraph", text: inlineOf(text.join(" ")) });
    }
  }
  return blocks;
}

function itemsIn(lines: readonly string[]): Cells {
  const items: string[] = [];
  for (const line of lines) {
    if (line.startsWith("- ")) items.push(line.slice(2));
    else items.push(`${items.pop() ?? ""} ${line.trim()}`);
  }
  return items.map(inlineOf);
}

/** The cells between the bars of a line; a bar inside code does not end one. */
function cellsOf(line: string): Cells {
  const cells = line.trim().replace(/^\||\|$/g, "").match(/(?:`[^`]*`|\\\||[^|])+/g) ?? [];
  return cells.map((cell) => inlineOf(cell.trim().replaceAll("\\|", "|")));
}

const MARKED = /`([^`]+)`|\*\*([^*]+)\*\*|!?\[((?:[^\]`]|`[^`]*`)*)\]\(([^)\s]+)\)/g;

export function inlineOf(text: string): Inline[] {
  const found: Inline[] = [];
  let end = 0;
  for (const { 0: all, 1: code, 2: strong, 3: label, 4: href, index } of text.matchAll(MARKED)) {
    if (index > end) found.push({ kind: "text", text: text.slice(end, index) });
    end = index + all.length;
    if (code !== undefined) found.push({ kind: "code", text: code });
    else if (strong !== undefined) found.push({ kind: "strong", text: strong });
    // A picture is of the repository: its description stands for it.
    else if (all.startsWith("!")) found.push({ kind: "text", text: label ?? "" });
    else if (href !== undefined) found.push({ kind: "link", text: inlineOf(label ?? ""), href });
  }
  if (end < text.length) found.push({ kind: "text", text: text.slice(end) });
  return found;
}

/** The page of the runbook that a link in it leads to, like "failed.md"; null for a link that leads elsewhere. */
export function runbookPageOf(href: string): string | null {
  return /^([A-Za-z_]+\.md)(?:#.*)?$/.exec(href)?.[1] ?? null;
}

import { viewOfDefinition } from "./generated.ts";
import type { Homed } from "./home.ts";
import type { Sheet } from "./sheet.ts";
import { codeOf } from "./subject.ts";
import { withDependents } from "./dependents.ts";

/**
 * Drafts a call of analytics.change_view_query for each incremental view whose query changed, before anything else is planned:
 * the call makes all parts of the view follow.
 */
export async function planQueries(sheet: Sheet, names: readonly string[]): Promise<void> {
  for (const name of names) {
    const view = viewOfDefinition(name);
    if (view === null || !isOnBothSides(sheet, name)) continue;
    const query = queryOf(sheet.home.ofRelation(view));
    if (query === null) {
      sheet.byHand.push(`${view}: its query changed, and no file has "create materialized view ${view} as …"`);
      continue;
    }
    const texts = await changedReaders(sheet, view);
    sheet.whole.add(view);
    sheet.change(
      `select analytics.change_view_query('${lastWord(view)}', ${quoted(query, "query")}` +
        (texts.length === 0 ? "" : `, texts => jsonb_build_object(\n${texts.join(",\n")}\n)`) + ");",
    );
  }
}

/** Only where the columns differ are the views over it made again, and need their new texts for that. */
async function changedReaders(sheet: Sheet, view: string): Promise<string[]> {
  const columns = ({ catalog }: Sheet["have"]) => catalog.relations.get(view)?.columns.join();
  if (columns(sheet.have) === columns(sheet.want)) return [];
  const texts: string[] = [];
  for (const { kind, name } of await withDependents(sheet.sql, "relation", view)) {
    const described = `relation ${name}`;
    const reader = viewOfDefinition(described) ?? name;
    const hasChanged = isOnBothSides(sheet, described) &&
      sheet.have.description.get(described) !== sheet.want.description.get(described);
    if (kind !== "relation" || reader === view || sheet.whole.has(reader) || !hasChanged) continue;
    sheet.whole.add(reader);
    const made = sheet.home.ofRelation(reader).filter(({ subject: { does } }) =>
      does === "create" || does === "comment"
    );
    texts.push(`'${lastWord(reader)}', ${quoted(made.map(({ text }) => withEnd(codeOf(text))).join("\n"), "text")}`);
  }
  return texts;
}

function isOnBothSides(sheet: Sheet, name: string): boolean {
  return [sheet.have, sheet.want].every(({ description }) => description.has(name));
}

function queryOf(home: readonly Homed[]): string | null {
  for (const { text } of home) {
    const query = /^create materialized view \S+\s+as\s+([\s\S]*?)\s*(?:with\s+no\s+data\s*)?;?\s*$/i.exec(
      codeOf(text),
    );
    if (query?.[1] !== undefined) return query[1];
  }
  return null;
}

function withEnd(statement: string): string {
  return statement.trimEnd().endsWith(";") ? statement : `${statement};`;
}

/** Quoted by dollars under a tag that the text does not have. */
function quoted(text: string, tag: string): string {
  const free = text.includes(`$${tag}$`) ? `${tag}_` : tag;
  return free === tag ? `$${tag}$\n${text}\n$${tag}$` : quoted(text, free);
}

function lastWord(name: string): string {
  return name.slice(name.indexOf(".") + 1);
}

import { readdir, readFile } from "node:fs/promises";

const MIGRATIONS = new URL("../../supabase/migrations/", import.meta.url);
const COMMENT =
  /comment on (?:column|(?:materialized )?view) (?:analytics|private)\.([\w.]+)\s+is\s+'((?:[^']|'')*)'/gi;

/** What the migrations say of views, the rows of readings and their columns, by "view" and "view.column"; a later migration's word replaces an earlier one's. */
export async function readComments(): Promise<ReadonlyMap<string, string>> {
  const comments = new Map<string, string>();
  for (const name of (await readdir(MIGRATIONS)).filter((candidate) => candidate.endsWith(".sql")).sort()) {
    const sql = await readFile(new URL(name, MIGRATIONS), "utf8");
    for (const [, subject = "", text = ""] of sql.matchAll(COMMENT)) {
      comments.set(subject, text.replaceAll("''", "'").replace(/\s+/g, " "));
    }
  }
  return comments;
}

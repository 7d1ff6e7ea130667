import { readSchemaFiles } from "../schema/areas.ts";

const COMMENT =
  /comment on (?:column|(?:materialized )?view) (?:analytics|freshet)\.([\w.]+)\s+is\s+'((?:[^']|'')*)'/gi;

/** The comments of views, of the rows of readings and of their columns in the schema files, by "view" and "view.column". */
export async function readComments(): Promise<ReadonlyMap<string, string>> {
  const comments = new Map<string, string>();
  for (const { sql } of await readSchemaFiles()) {
    for (const [, subject = "", text = ""] of sql.matchAll(COMMENT)) {
      comments.set(subject, text.replaceAll("''", "'").replace(/\s+/g, " "));
    }
  }
  return comments;
}

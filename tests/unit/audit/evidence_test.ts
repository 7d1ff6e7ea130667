import { deepEqual, equal, ok } from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { EVIDENCE, type Repairs } from "../../../shared/audit/evidence.ts";

const schemas = new URL("../../../supabase/schemas/audit/", import.meta.url);

/** The file of each object of the audit, by name. */
async function schemaFiles(): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>();
  for (const path of await readdir(schemas, { recursive: true })) {
    if (!path.endsWith(".sql")) continue;
    files.set(path.replace(/^.*\/|\.sql$/g, ""), await readFile(new URL(path, schemas), "utf8"));
  }
  return files;
}

/** The functions that make the evidence which they are given rows for, beside the detector. */
const MAKERS = /\bfreshet\.(\w+_evidence|observe_runs|observe_struck_jobs|observe_untracked)\b/g;

/** The names that the SQL of a kind writes into its evidence. */
function keysOf(kind: string, files: ReadonlyMap<string, string>): ReadonlySet<string> {
  const observes = new RegExp(`\\b(?:kind =>|observe\\w*\\(|note_\\w+\\()\\s*'${kind}'`);
  const sources = [...files].filter(([name, sql]) => name === kind || observes.test(sql)).map(([, sql]) => sql);
  for (const sql of sources) {
    for (const [, maker = ""] of sql.matchAll(MAKERS)) {
      const made = files.get(maker);
      if (made !== undefined && !sources.includes(made)) sources.push(made);
    }
  }
  return new Set(sources.flatMap((sql) => [...sql.matchAll(/'(\w+)',\s/g)].map(([, key = ""]) => key)));
}

Deno.test("the evidence that a repair reads is written by the SQL of its kind", async () => {
  const files = await schemaFiles();
  const missing = Object.entries(EVIDENCE).flatMap(([kind, fields]) => {
    const keys = keysOf(kind, files);
    return fields.filter((field) => !keys.has(field)).map((field) => `${kind}.${field}`);
  });
  deepEqual(missing, []);
});

Deno.test("what the SQL of another kind writes is no evidence of a kind", async () => {
  const files = await schemaFiles();
  ok(keysOf("orphan_owner", files).has("jobids"));
  ok(!keysOf("stale", files).has("jobids"));
  ok(!keysOf("zombie", files).has("view"));
});

Deno.test("a repair that reads evidence which its kind does not have does not compile", () => {
  const repairs: Repairs<"stuck" | "stale"> = {
    stuck: ({ pid }) => `${pid}`,
    // @ts-expect-error of what is stale no process is known
    stale: ({ pid }) => `${pid}`,
  };
  equal(Object.keys(repairs).length, 2);
});

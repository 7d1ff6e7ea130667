// What docs/study.md says about tracking is what the database does: its types of events, and its codes of rejections.
import assert from "node:assert/strict";

async function textOf(path: string): Promise<string> {
  return await Deno.readTextFile(new URL(`../../../../${path}`, import.meta.url));
}

/** What stands in backticks in the first column of the table below this head. */
async function firstColumn(head: string): Promise<string[]> {
  const [, table = ""] = (await textOf("docs/study.md")).split(head);
  const [, ...rows] = (table.split("\n\n")[0] ?? "").trim().split("\n");
  return rows.flatMap((row) => [...(row.split("|")[1] ?? "").matchAll(/`(\w+)`/g)].map(([, name = ""]) => name)).sort();
}

Deno.test("the page has every type of event that the database accepts", async () => {
  const [, list = ""] = /select array\[([^\]]*)\]/.exec(await textOf("packs/study/schema/study_event_types.sql")) ?? [];
  const types = [...list.matchAll(/'(\w+)'/g)].map(([, name = ""]) => name).sort();
  assert.ok(types.length > 5);
  assert.deepEqual(await firstColumn("| type | needs | may have | also writes |\n"), types);
});

Deno.test("the page has every code of a rejection", async () => {
  const codes = [...(await textOf("packs/study/schema/track_remedy.sql")).matchAll(/when '(\w+)' then/g)]
    .map(([, code = ""]) => code).sort();
  assert.ok(codes.length > 5);
  assert.deepEqual(await firstColumn("| code | what it says | remedy |\n"), codes);
});

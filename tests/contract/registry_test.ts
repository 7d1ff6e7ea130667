import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { fullName } from "../../shared/core/resource.ts";
import { resources } from "../../shared/packs/registry.ts";

const MIGRATIONS = new URL("../../supabase/migrations/", import.meta.url);

async function migrationOf(pack: string, view: string): Promise<string> {
  const name = (await readdir(MIGRATIONS)).find((candidate) => candidate.endsWith(`_${pack}__${view}.sql`));
  assert.ok(name !== undefined, `no migration ends in _${pack}__${view}.sql`);
  return await readFile(new URL(name, MIGRATIONS), "utf8");
}

Deno.test("no two resources share a name", () => {
  const names = resources.map(fullName);
  assert.equal(new Set(names).size, names.length);
});

for (const resource of resources) {
  Deno.test(`the view of ${fullName(resource)} has a migration of its name with the five parts`, async () => {
    const sql = await migrationOf(resource.pack, resource.view);
    const parts = [
      `-- Object: analytics.${resource.view}`,
      "-- Grain: ",
      "-- Reads: ",
      `-- Serves: /analytics/${fullName(resource)}`,
      "-- Refresh: ",
      `create materialized view analytics.${resource.view} as`,
      "create unique index",
      `comment on materialized view analytics.${resource.view}`,
      "analytics.register_view(",
    ];
    const places = parts.map((part) => [part, sql.indexOf(part)] as const);
    for (const [part, place] of places) assert.ok(place >= 0, `it lacks "${part}"`);
    const order = places.map(([, place]) => place);
    assert.deepEqual(order, [...order].sort((left, right) => left - right), "the parts are not in order");
  });

  Deno.test(`the view of ${fullName(resource)} computes every column that is served`, async () => {
    const sql = await migrationOf(resource.pack, resource.view);
    const body = sql.slice(sql.indexOf("create materialized view"), sql.indexOf("create unique index"));
    const final = body.slice(body.lastIndexOf("\nselect"));
    for (const column of resource.columns) assert.match(final, new RegExp(`\\b${column}\\b`));
  });
}

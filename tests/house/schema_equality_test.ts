// The schema files hold the current text, the migrations are what a project applies. Both have to make the same database.
import { deepEqual, equal, match, ok } from "node:assert/strict";
import postgres from "postgres";
import { pushMigrations } from "../../stack/supabase_cli.ts";
import { projectFolder } from "../../tools/pack_folders.ts";
import { readSchemaFiles } from "../../tools/schema/areas.ts";
import { describeDatabase, differences } from "../../tools/schema/describe.ts";
import { dumpSchema } from "../../tools/schema/dump.ts";
import { proofs } from "../support/random/proofs.ts";
import { withEmptyDatabase } from "../../tools/schema/empty_database.ts";
import { loadSchema } from "../../tools/schema/load.ts";
import { testDatabaseUrl } from "../support/rigs/test_database.ts";

const ofMigrations = await describeMigrated();
const files = await readSchemaFiles();

Deno.test("the schema files make what the migrations make: every object, privilege, comment, declared row and job", () =>
  withEmptyDatabase("installed", async (sql, url) => {
    await loadSchema(sql, files);
    const lacking = differences(ofMigrations, await describeDatabase(sql));
    deepEqual(
      lacking,
      [],
      "- is made by the migrations only, + by the schema files only (remedy: deno task new:migration)",
    );
    equal(await dumpSchema(url), await dumpSchema(testDatabaseUrl()));

    // What the comparison rests on can tell a difference of each kind.
    await sql.unsafe(`
        alter table analytics.views add column planted integer;
        comment on table analytics.views is 'planted';
        grant select on analytics.views to anon;
        alter function analytics.is_admin() stable;
        update analytics.alert_kinds set summary = 'planted' where kind = 'failed';
        update analytics.retention set keep_for = '99 days' where history = 'runs'`);
    const planted = differences(ofMigrations, await describeDatabase(sql)).map((line) => line.split("\n")[0]);
    for (const name of [/column analytics.views.planted/, /relation analytics.views/, /privileges analytics.views/]) {
      match(planted.join("\n"), name);
    }
    match(planted.join("\n"), /row analytics.alert_kinds failed/);
    match(planted.join("\n"), /row analytics.retention runs/);
  }));

/** Every run makes the migrations there too, and tests what they made: suite sql-17. */
const is_left_to_proofs = proofs(0, 1) === 0;

Deno.test({ name: "on PostgreSQL 17 too they make the same", ignore: is_left_to_proofs }, async () => {
  const described = [];
  const fill = [
    async (_sql: postgres.Sql, databaseUrl: string) => void await pushMigrations({ projectFolder, databaseUrl }),
    async (sql: postgres.Sql) => void await loadSchema(sql, files),
  ];
  for (const make of fill) {
    described.push(
      await withEmptyDatabase("embedded", async (sql, url) => {
        await make(sql, url);
        return await describeDatabase(sql);
      }),
    );
  }
  const [migrations, schemas] = described;
  deepEqual(differences(migrations ?? new Map(), schemas ?? new Map()), []);
});

/** A kind's file has the kind's name. A row type, a default partition, and what a view leaves out are with their owner. */
function isHome(path: string, name: string): boolean {
  const stem = path.replace(/^.*\/|\.sql$/g, "");
  return path.includes("/audit/kinds/") || name === stem || name === `${stem}_default` ||
    `reading_${name}` === `${stem}_row` || name === stem.replace(/^mv_/, "rejected_");
}

Deno.test("an object is defined in one file, named after it", () => {
  const homes = new Map<string, Set<string>>();
  const DEFINITION =
    /^create (?:or replace )?(?:function|procedure|(?:unlogged )?table|view|materialized view|type) "?\w+"?\.(\w+)/gm;
  for (const { path, sql } of files) {
    for (const [, name = ""] of sql.matchAll(DEFINITION)) homes.set(name, (homes.get(name) ?? new Set()).add(path));
  }
  ok(homes.size > 100, `only ${homes.size} objects were found`);
  const elsewhere = [...homes].filter(([name, paths]) => paths.size > 1 || ![...paths].every((at) => isHome(at, name)));
  deepEqual(elsewhere, []);
});

async function describeMigrated() {
  const sql = postgres(testDatabaseUrl(), { max: 1, onnotice: () => {} });
  try {
    return await describeDatabase(sql);
  } finally {
    await sql.end();
  }
}

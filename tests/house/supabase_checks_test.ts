// Supabase's own checks find nothing, and find what is planted: a check that cannot fail proves nothing.
import { deepEqual, ok } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { adviseDatabase, type Finding, lintDatabase } from "../../stack/supabase_cli.ts";
import { testDatabaseUrl, withConnections } from "../support/rigs/test_database.ts";

const target = { projectFolder: fileURLToPath(new URL("../../", import.meta.url)), databaseUrl: testDatabaseUrl() };

async function withPlanted(plant: string, remove: string, body: () => Promise<void>): Promise<void> {
  await withConnections(1, async ([sql]) => {
    await sql?.unsafe(plant).simple();
    try {
      await body();
    } finally {
      await sql?.unsafe(remove).simple();
    }
  });
}

Deno.test("supabase db lint finds nothing", async () => {
  deepEqual(await lintDatabase(target), []);
});

Deno.test("supabase db lint finds a function that reads a column which does not exist", () =>
  withPlanted(
    "create function analytics.planted() returns void language plpgsql set search_path = '' as $$ begin perform nowhere from analytics.views; end $$",
    "drop function analytics.planted()",
    async () => ok((await lintDatabase(target)).some((finding) => finding.subject === "analytics.planted")),
  ));

/**
 * What the advisors say, without two things: a procedure that commits may have no SET clause, and functions_test.ts proves
 * that each sets its search path itself; and the functions of keys have parsed bodies, which look up no names.
 */
async function advice(): Promise<Finding[]> {
  const committing = await withConnections(1, async ([sql]) => {
    const rows = await sql?.unsafe(`
      select format('%s.%s', p.pronamespace::regnamespace, p.proname) as name
      from pg_proc as p
      where (p.prokind = 'p' and p.prosrc ~ '\\mcommit;')
        or (p.pronamespace = 'freshet'::regnamespace and p.proname like 'key\\_%' and p.prosqlbody is not null)`);
    return (rows ?? []).map((row) => `Function \`${row["name"]}\` has a role mutable search_path`);
  });
  return (await adviseDatabase(target)).filter(({ message }) => !committing.includes(message));
}

Deno.test("supabase db advisors find nothing", async () => {
  deepEqual(await advice(), []);
});

// Definer functions within reach of clients are not among this CLI's rules: tests/sql/privileges proves that.
const planted: readonly { rule: string; what: string; plant: string; remove: string }[] = [
  {
    rule: "materialized_view_in_api",
    what: "a view that signed-in users may select from",
    plant: "grant select on analytics.mv_time_to_first_win to authenticated",
    remove: "revoke select on analytics.mv_time_to_first_win from authenticated",
  },
  {
    rule: "rls_disabled_in_public",
    what: "an open table in analytics",
    plant:
      "create table analytics.planted (id integer primary key); grant select on analytics.planted to authenticated",
    remove: "drop table analytics.planted",
  },
  {
    rule: "function_search_path_mutable",
    what: "a function without a fixed search path",
    plant: "create function analytics.planted() returns integer language sql as 'select 1'",
    remove: "drop function analytics.planted()",
  },
];

for (const { rule, what, plant, remove } of planted) {
  Deno.test(`supabase db advisors find ${what}`, () =>
    withPlanted(plant, remove, async () => {
      const rules = (await advice()).map((finding) => finding.subject);
      deepEqual(rules, [rule]);
    }));
}

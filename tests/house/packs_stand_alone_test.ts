// A project takes the packs that it wants. What the database needs of the others would be found here.
import { deepEqual, match, rejects } from "node:assert/strict";
import type postgres from "postgres";
import { readSchemaFiles, type SchemaFile } from "../../tools/schema/areas.ts";
import { withEmptyDatabase } from "../../tools/schema/empty_database.ts";
import { loadSchemaWithin } from "../../tools/schema/load.ts";

const BASE = ["core", "audit", "identity"];
const undone = new Error("undone");

/** Loads the files, asks the audit for a pass, and takes everything back. */
async function tryWith(sql: postgres.Sql, files: readonly SchemaFile[]): Promise<void> {
  try {
    await sql.begin(async (transaction) => {
      await loadSchemaWithin(transaction, files);
      const [pass] = await transaction`select analytics.audit_pass() ->> 'outcome' is not null as has_answered`;
      deepEqual({ ...pass }, { has_answered: true });
      const [claims] = await transaction`
        select public.custom_access_token_hook(jsonb_build_object('user_id', 'user_1', 'claims', '{}'::jsonb)) as answer`;
      deepEqual(claims?.["answer"], { claims: { is_admin: false } });
      throw undone;
    });
  } catch (error) {
    if (error !== undone) throw error;
  }
}

Deno.test("the database is made, audited and signs tokens without any one pack, and without all of them", async (t) => {
  const files = await readSchemaFiles();
  const packs = [...new Set(files.map(({ area }) => area))].filter((area) => !BASE.includes(area));
  await withEmptyDatabase("installed", async (sql) => {
    for (const pack of packs) {
      await t.step(`without ${pack}`, () => tryWith(sql, files.filter(({ area }) => area !== pack)));
    }
    await t.step("without packs", () => tryWith(sql, files.filter(({ area }) => BASE.includes(area))));
    await t.step("and not without the audit, which would be noticed", async () => {
      const lacking = files.filter(({ area }) => area !== "audit");
      await rejects(tryWith(sql, lacking), (error: Error) => {
        match(
          error.message,
          /schema files cannot be loaded, in whatever order:.*(?:freshet.declare_job|analytics.register_job).* does not exist/s,
        );
        return true;
      });
    });
  });
});

// A project takes the packs that it wants. What the database needs of the others would be found here.
import { deepEqual, match, ok, rejects } from "node:assert/strict";
import type postgres from "postgres";
import { readSchemaFiles } from "../../tools/schema/areas.ts";
import { withEmptyDatabase } from "../../tools/schema/empty_database.ts";
import { loadSchemaWithin } from "../../tools/schema/load.ts";

const BASE = ["core", "audit", "identity"];

/** Does the work in a savepoint and takes everything back. */
async function tried(
  transaction: postgres.TransactionSql,
  work: (inner: postgres.TransactionSql) => Promise<void>,
): Promise<void> {
  const undone = new Error("undone");
  try {
    await transaction.savepoint(async (inner) => {
      await work(inner);
      throw undone;
    });
  } catch (error) {
    if (error !== undone) throw error;
  }
}

async function answers(transaction: postgres.TransactionSql): Promise<void> {
  const [pass] = await transaction`select analytics.audit_pass() ->> 'outcome' is not null as has_answered`;
  deepEqual({ ...pass }, { has_answered: true });
  const [claims] = await transaction`
    select public.custom_access_token_hook(jsonb_build_object('user_id', 'user_1', 'claims', '{}'::jsonb)) as answer`;
  deepEqual(claims?.["answer"], { claims: { is_admin: false } });
}

// A pack that needs nothing but the base needs no other pack, whichever of them are there.
Deno.test("the database is made, audited and signs tokens with any pack alone, and without all of them", async (t) => {
  const files = await readSchemaFiles();
  const packs = [...new Set(files.map(({ area }) => area))].filter((area) => !BASE.includes(area));
  ok(packs.length > 0);
  await withEmptyDatabase("installed", async (sql) => {
    await sql.begin(async (transaction) => {
      await t.step("and not without the audit, which would be noticed", () =>
        tried(transaction, async (inner) => {
          const lacking = files.filter(({ area }) => area !== "audit");
          await rejects(loadSchemaWithin(inner, lacking), (error: Error) => {
            match(
              error.message,
              /schema files cannot be loaded, in whatever order:.*(?:freshet.declare_job|analytics.register_job).* does not exist/s,
            );
            return true;
          });
        }));
      await loadSchemaWithin(transaction, files.filter(({ area }) => BASE.includes(area)));
      await t.step("without packs", () => tried(transaction, answers));
      for (const pack of packs) {
        await t.step(`with ${pack} alone`, () =>
          tried(transaction, async (inner) => {
            await loadSchemaWithin(inner, files.filter(({ area }) => area === pack));
            await answers(inner);
          }));
      }
    });
  });
});

// What a function of ours may be reached by, and where it looks for names: held for every one, so also for the next.
import { deepEqual, match } from "node:assert/strict";
import type postgres from "postgres";
import { withConnections } from "../support/rigs/test_database.ts";

/** What the API's roles are meant to call. Whatever else they can call was forgotten to be revoked. */
const INTENDED: Readonly<Record<string, readonly string[]>> = {
  anon: [],
  authenticated: [
    ...["analytics.get_cron_job_status()", "analytics.health_check()", "analytics.is_admin()"],
    ...["analytics.manual_refresh(text)", "analytics.refresh_request(bigint)"],
    "analytics.request_refresh(text, text, text)",
    ...["freshet.ask_refresh(text, text, text)", "freshet.refresh_request(bigint)"],
    ...["freshet.caller_claims()", "freshet.canonical_uuid(text)", "freshet.claimed_uuid(text)"],
    ...["freshet.analytics_heatmap_admin()", "freshet.analytics_refresh_heatmap()", "freshet.get_cron_job_status()"],
    ...["freshet.health_check()", "freshet.manual_refresh(text)", "freshet.people_of_caller()"],
    "freshet.refresh_reporting_views()",
    ...["freshet.take_batch(jsonb)", "freshet.take_event(jsonb)", "public.track_batch(jsonb)"],
    "public.track_event(text, text, uuid, uuid, uuid, jsonb, uuid, timestamp with time zone)",
    "public.track_material_progress(text, uuid, numeric, numeric, jsonb, uuid, timestamp with time zone)",
    "public.track_question_attempt(text, uuid, uuid, text, text, numeric, boolean, jsonb, uuid, timestamp with time zone)",
    "public.track_session_end(text, jsonb, uuid, timestamp with time zone)",
    "public.track_session_start(text, text, jsonb, uuid, timestamp with time zone)",
    ...["public.analytics_heatmap_admin()", "public.analytics_refresh_heatmap()", "public.refresh_reporting_views()"],
  ],
};

/** In a migrated database without an application every function of these schemas is ours. */
const OURS = "p.pronamespace in ('analytics'::regnamespace, 'freshet'::regnamespace, 'public'::regnamespace)";

/** With its schema, whatever the search path is. */
const SIGNATURE = "format('%s.%I(%s)', p.pronamespace::regnamespace, p.proname, oidvectortypes(p.proargtypes))";

async function asOwner<Result>(body: (sql: postgres.Sql) => Promise<Result>): Promise<Result> {
  return await withConnections(1, async ([sql]) => {
    if (sql === undefined) throw new Error("no connection");
    return await body(sql);
  });
}

/**
 * A procedure that commits may have no SET clause. Each of its transactions then begins with the same setting: at its
 * begin, and after every commit.
 */
const SETS_IT_ITSELF = `p.prokind = 'p' and p.prosrc ~ '\\mcommit;'
  and substring(p.prosrc from '\\mbegin\\M.*') ~ '^begin\\s+perform pg_catalog\\.set_config\\(''search_path'', ''pg_catalog, pg_temp'', true\\);'
  and p.prosrc !~ '\\mcommit;(?!\\s+perform pg_catalog\\.set_config\\(''search_path'', ''pg_catalog, pg_temp'', true\\);)'`;

/**
 * A body that was parsed when the function was made looks up no name in a call. A SET clause would cost the writers of a
 * source 3.6 µs a row instead of 0.2, because PostgreSQL inlines no function that has one.
 */
const PARSED = "p.prosqlbody is not null and p.proname like 'key\\_%' and p.pronamespace = 'freshet'::regnamespace";

/** What is wrong with where functions look for names, each with its remedy. */
async function looseSearchPaths(sql: postgres.Sql | postgres.TransactionSql): Promise<string[]> {
  const rows = await sql.unsafe(`
    select p.oid::regprocedure::text as name, coalesce(array_to_string(p.proconfig, '; '), 'no setting') as config
    from pg_proc as p
    where ${OURS} and not coalesce('search_path=pg_catalog, pg_temp' = any (p.proconfig), false)
      and not (${SETS_IT_ITSELF}) and not (${PARSED})
    order by 1`);
  return rows.map(({ name, config }) =>
    `${name} has ${config}: write "set search_path = pg_catalog, pg_temp" in its migration, else a caller's temporary types come first`
  );
}

Deno.test("every function looks for names in pg_catalog first and among temporary ones last", () =>
  asOwner(async (sql) => deepEqual(await looseSearchPaths(sql), [])));

Deno.test("a function with an empty search path, or none, is found and told with the remedy", () =>
  asOwner((sql) =>
    rolledBack(sql, async (transaction) => {
      await transaction.unsafe(`
        create function analytics.planted() returns integer language sql set search_path = '' as 'select 1';
        create function freshet.key_planted() returns integer language sql begin atomic select 1; end;
        create procedure freshet.planted() language sql as 'select 1'`).simple();
      const [empty = "", none = "", ...more] = await looseSearchPaths(transaction);
      match(empty, /^analytics\.planted\(\) has search_path="": write "set search_path = pg_catalog, pg_temp"/);
      match(none, /^freshet\.planted\(\) has no setting/);
      deepEqual(more, []);
    })
  ));

Deno.test("a procedure that commits sets it in each of its transactions, or is found", () =>
  asOwner((sql) =>
    rolledBack(sql, async (transaction) => {
      const set = "perform pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);";
      const plant = (name: string, body: string) =>
        transaction.unsafe(
          `create procedure freshet.${name}() language plpgsql as $$ declare n int; begin ${body} end $$`,
        );
      await plant("planted_at_each", `${set} commit; ${set} commit; ${set}`);
      await plant("planted_at_begin_only", `${set} commit; ${set} commit; n := 1;`);
      await plant("planted_after_commit_only", `commit; ${set}`);
      const found = (await looseSearchPaths(transaction)).map((told) => told.replace(/\(.*$/, ""));
      deepEqual(found, ["freshet.planted_after_commit_only", "freshet.planted_at_begin_only"]);
    })
  ));

/** The statements that close what PUBLIC may execute. */
async function openToPublic(sql: postgres.Sql | postgres.TransactionSql): Promise<string[]> {
  const rows = await sql.unsafe(`
    select p.oid::regprocedure::text as name from pg_proc as p
    where ${OURS} and exists (
      select from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) as a where a.grantee = 0
    )`);
  return rows.map((row) => `revoke all on function ${row["name"]} from public;`);
}

Deno.test("no function is executable by PUBLIC", () => asOwner(async (sql) => deepEqual(await openToPublic(sql), [])));

for (const [role, intended] of Object.entries(INTENDED)) {
  Deno.test(`${role} may execute the functions that are meant for it and no other`, () =>
    asOwner(async (sql) => {
      const rows = await sql.unsafe(
        `select ${SIGNATURE} as name from pg_proc as p where ${OURS} and has_function_privilege('${role}', p.oid, 'execute')`,
      );
      const found = rows.map((row) => String(row["name"]));
      deepEqual(found.sort(), [...intended].sort());
    }));
}

Deno.test("a function that is made without a word of privileges is found, with the remedy", () =>
  asOwner((sql) =>
    rolledBack(sql, async (transaction) => {
      await transaction`create function analytics.planted() returns integer language sql as 'select 1'`;
      deepEqual(await openToPublic(transaction), ["revoke all on function analytics.planted() from public;"]);
    })
  ));

async function rolledBack(
  sql: postgres.Sql,
  body: (transaction: postgres.TransactionSql) => Promise<void>,
): Promise<void> {
  const undone = new Error("rolled back on purpose");
  await sql.begin(async (transaction) => {
    await body(transaction);
    throw undone;
  }).catch((error: unknown) => {
    if (error !== undone) throw error;
  });
}

import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import postgres from "postgres";
import { z } from "zod";
import { testDatabaseUrl } from "../support/rigs/test_database.ts";
import { OULAD_TABLES } from "../../samples/oulad/import/table_files.ts";
import type { TextRow } from "./row_difference.ts";

export const SAMPLE_FOLDER = fileURLToPath(new URL("../../samples/oulad", import.meta.url));

/** Writes the sample's tables into a folder, as plain CSV. */
export async function writePlainSample(folder: string): Promise<void> {
  for (const table of OULAD_TABLES) {
    const packed = await Deno.readFile(join(SAMPLE_FOLDER, `${table}.csv.gz`));
    await Deno.writeFile(join(folder, `${table}.csv`), gunzipSync(packed));
  }
}

const Refreshed = z.object({ outcome: z.enum(["refreshed", "skipped_clean"]) });

/**
 * Runs a body with one connection to the suite's database, which holds the sample. It may refresh views there; a body that
 * changes the sample takes a database of its own, as withCopyOf() gives it.
 */
export async function withOulad<Result>(
  body: (sql: postgres.Sql) => Promise<Result>,
  databaseUrl = testDatabaseUrl(),
): Promise<Result> {
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => {} });
  try {
    return await body(sql);
  } finally {
    await sql.end({ timeout: 5 });
  }
}

/** Refreshes views in this order. A refresh that was skipped because another one runs would prove nothing: it fails. */
export async function refreshViews(
  sql: postgres.Sql | postgres.TransactionSql,
  views: readonly string[],
): Promise<void> {
  for (const view of views) {
    const [row] = await sql`select r.outcome from analytics.refresh_view(${view}) as r`;
    Refreshed.parse(row);
  }
}

/**
 * Every column of a view's rows as text, for the challenges or the organisations of the sample: other tests may have left
 * theirs. Timestamps are in UTC.
 */
export async function viewRows(sql: postgres.Sql, view: string): Promise<TextRow[]> {
  await sql`set time zone 'UTC'`;
  const columns = await sql<{ name: string }[]>`
    select a.attname as name
    from pg_catalog.pg_attribute as a
    where a.attrelid = ${`analytics.${view}`}::regclass and a.attnum > 0 and not a.attisdropped`;
  return await sql<TextRow[]>`
    select ${sql.unsafe(columns.map(({ name }) => `v.${name}::text`).join(", "))}
    from ${sql(`analytics.${view}`)} as v
    where ${columns.some(({ name }) => name === "org_id") ? ofOrgs(sql) : ofChallenges(sql)}`;
}

function ofChallenges(sql: postgres.Sql) {
  return sql`v.challenge_id in (
    select c.id from public.challenges as c
    where c.id = md5('oulad:presentation:' || replace(c.title, ' ', ':'))::uuid
  )`;
}

function ofOrgs(sql: postgres.Sql) {
  return sql`v.org_id in (select o.id from public.orgs as o where o.id = md5('oulad:module:' || o.name)::uuid)`;
}

// Generated answers, two hundred thousand in the proofs: what no real sample holds is in them, and DuckDB counts them too.
import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import postgres from "postgres";
import { type InDuckdb, withDuckdb } from "../../../../tests/support/rigs/duckdb.ts";
import { type GeneratedResponses, generateResponses } from "../support/generated_responses.ts";
import { proofs } from "../../../../tests/support/random/proofs.ts";
import { testDatabaseUrl } from "../../../../tests/support/rigs/test_database.ts";
import { refreshViews } from "../../../../tests/oulad/oulad_database.ts";
import { rowDifferences, type TextRow } from "../../../../tests/oulad/row_difference.ts";

const COUNT = proofs(50_000, 200_000);

/** Weeks by division of whole days since a Monday, rates by division of whole numbers: no calendar, no rounding function. */
function prepare({ questionsFile, responsesFile }: GeneratedResponses): string {
  return `
    create table question as select id, meant_lesion, meant_topic from read_csv('${questionsFile}', header = true, all_varchar = true);
    create table answer as
    select
        r.question_id, q.meant_lesion as lesion, q.meant_topic as topic, r.is_correct::boolean as is_correct,
        r.duration_ms::integer as duration_ms,
        date '1970-01-05' + 7 * (((answered_us::hugeint - 345600000000) // 604800000000)::integer) as week_start
    from read_csv('${responsesFile}', header = true, all_varchar = true) as r
    join question as q on q.id = r.question_id;
    create macro hundredths(p, q) as ((200 * p + q) // (2 * q))::decimal(5, 0) * 0.01::decimal(3, 2);`;
}

function counted(key: string, extra = ""): string {
  return `
    select
        ${key.split(", ").map((name) => `${name}::varchar as ${name}`).join(", ")}, ${extra}
        count(*)::varchar as attempts,
        sum(is_correct::integer)::varchar as correct_attempts,
        hundredths(sum(is_correct::integer)::hugeint, count(*)::hugeint)::varchar as accuracy_rate,
        quantile_cont(duration_ms::double, 0.5)::decimal(12, 1)::varchar as median_duration_ms
    from answer
    group by ${key}`;
}

async function load(sql: postgres.Sql, { questionsFile, responsesFile }: GeneratedResponses): Promise<void> {
  await sql.begin(async (transaction) => {
    await transaction`truncate public.questions cascade`;
    await transaction`create temp table q (id uuid, lesion text, topic text, a text, b text) on commit drop`;
    await copy(transaction, "q", questionsFile);
    await transaction`insert into public.questions (id, lesion, topic) select q.id, q.lesion, q.topic from pg_temp.q`;
    await transaction`create temp table r (question_id uuid, user_id uuid, is_correct boolean, duration_ms integer, answered_at timestamptz, us bigint) on commit drop`;
    await copy(transaction, "r", responsesFile);
    await transaction`
      insert into public.responses (question_id, user_id, is_correct, duration_ms, answered_at)
      select r.question_id, r.user_id, r.is_correct, r.duration_ms, r.answered_at from pg_temp.r`;
  });
}

async function copy(sql: postgres.TransactionSql, table: string, file: string): Promise<void> {
  const target = await sql.unsafe(`copy pg_temp.${table} from stdin (format csv, header)`).writable();
  await pipeline(Readable.from([await Deno.readFile(file)]), target);
}

async function inPostgres(sql: postgres.Sql, view: string, columns: string): Promise<TextRow[]> {
  await refreshViews(sql, [view]);
  const list = columns.split(", ").map((name) => `v.${name}::text`).join(", ");
  return await sql<TextRow[]>`select ${sql.unsafe(list)} from ${sql(`analytics.${view}`)} as v`;
}

interface Given {
  readonly sql: postgres.Sql;
  readonly duckdb: InDuckdb;
}

async function withAnswers(body: (given: Given) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "freshet-answers-" });
  const sql = postgres(testDatabaseUrl(), { max: 1, onnotice: () => {} });
  try {
    const files = await generateResponses(folder, COUNT);
    await load(sql, files);
    await withDuckdb(prepare(files), (duckdb) => body({ sql, duckdb }));
  } finally {
    await sql`truncate public.questions cascade`;
    await sql.end({ timeout: 5 });
    await Deno.remove(folder, { recursive: true });
  }
}

const COUNTS = "attempts, correct_attempts, accuracy_rate, median_duration_ms";

Deno.test("both views of the heatmap hold for any number of generated answers what DuckDB computes", () =>
  withAnswers(async ({ sql, duckdb }) => {
    const key = "question_id, lesion, topic, week_start";
    const heatmap = await duckdb.rows(counted(key));
    assert.ok(heatmap.length > 20_000, `only ${heatmap.length} rows`);
    assert.ok(heatmap.some((row) => row.median_duration_ms === null), "every row has a duration");
    assert.ok(heatmap.some((row) => row.median_duration_ms?.endsWith(".5")), "no median lies between two values");
    const actual = await inPostgres(sql, "analytics_heatmap_agg", `${key}, ${COUNTS}`);
    assert.deepEqual(rowDifferences({ actual, expected: heatmap, key: key.split(", ") }).slice(0, 20), []);
    assert.equal(actual.reduce((sum, row) => sum + Number(row.attempts), 0), COUNT);

    const cell = "lesion, topic, week_start";
    const matrix = await duckdb.rows(counted(cell, "count(distinct question_id)::varchar as question_count,"));
    const cells = await inPostgres(sql, "mv_lesion_topic_weeks", `${cell}, question_count, ${COUNTS}`);
    assert.deepEqual(rowDifferences({ actual: cells, expected: matrix, key: cell.split(", ") }).slice(0, 20), []);
  }));

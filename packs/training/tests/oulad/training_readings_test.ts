// What is answered at the time of the read, at times of the dataset.
import assert from "node:assert/strict";
import type postgres from "postgres";
import { withOuladInDuckdb } from "../../../../tests/support/rigs/duckdb.ts";
import { refreshViews, withOulad } from "../../../../tests/oulad/oulad_database.ts";
import { rowDifferences, type TextRow } from "../../../../tests/oulad/row_difference.ts";

/** After the last submission; so many days reach back before the first one. */
const LAST_DAY = "2015-10-01";
const DAYS = 1_004;
/** A period that begins and ends within weeks and within presentations. */
const FROM = "2013-11-06";
const TO = "2014-02-20";
/** In the middle of four presentations. */
const BUSY_DAY = "2014-03-05";

const TREND = `
  with org as (select distinct org_id from attempt),
  day as (select (date '${LAST_DAY}' - n::integer) as active_on from range(${DAYS}) as r(n)),
  active as (
      select
          org_id, submitted_on as active_on, count(*) as attempts, count(distinct user_id) as users,
          count(score)::hugeint as scored, sum(score)::hugeint as total
      from attempt
      group by org_id, submitted_on
  )
  select
      org_id, active_on::varchar as active_on, coalesce(attempts, 0)::varchar as attempts_count,
      coalesce(users, 0)::varchar as active_users_count,
      case when scored > 0 then thousandths(total, scored)::varchar end as avg_score,
      coalesce(scored, 0)::varchar as scored_count
  from org cross join day left join active using (org_id, active_on)`;

const OVERVIEW = `
  select
      org_id, min(title[1:3]) as name, count(distinct user_id)::varchar as active_users,
      count(distinct user_id) filter (where submitted_on between date '${BUSY_DAY}' - 29 and '${BUSY_DAY}')::varchar
          as active_users_this_month,
      count(*)::varchar as total_attempts,
      count(*) filter (where submitted_on between date '${BUSY_DAY}' - 6 and '${BUSY_DAY}')::varchar as attempts_this_week,
      count(*) filter (where submitted_on between date '${BUSY_DAY}' - 29 and '${BUSY_DAY}')::varchar as attempts_this_month,
      thousandths(sum(score)::hugeint, count(score)::hugeint)::varchar as avg_score,
      count(score)::varchar as scored_count,
      strftime(max(submitted_on), '%Y-%m-%d 00:00:00+00') as last_activity
  from attempt
  where submitted_on <= date '${BUSY_DAY}'
  group by org_id`;

const PERIOD_OVERVIEW = `
  select
      o.org_id, count(distinct user_id)::varchar as active_users, count(user_id)::varchar as total_attempts,
      thousandths(sum(score)::hugeint, count(score)::hugeint)::varchar as avg_score, count(score)::varchar as scored_count,
      strftime(max(submitted_on), '%Y-%m-%dT00:00:00+00:00') as last_activity
  from (select distinct org_id from attempt) as o
  left join attempt as a on a.org_id = o.org_id and submitted_on between '${FROM}' and '${TO}'
  group by o.org_id`;

/** Deviation and its share of the mean from whole sums, as for all time. */
const PERIOD_INSIGHTS = `
  with scenario as (
      select
          org_id, scenario_id, title, count(*)::hugeint as n, sum(score)::hugeint as total,
          sum(score * score)::hugeint as squares, quantile_cont(score::double, 0.5) as median, max(submitted_on) as last_on
      from attempt
      where score is not null and submitted_on between '${FROM}' and '${TO}'
      group by all
  )
  select
      org_id, scenario_id, title, n::varchar as attempt_count, thousandths(total, n)::varchar as avg_score,
      sqrt((n * squares - total * total)::double / nullif(n * (n - 1), 0)::double)::decimal(15, 3)::varchar as score_stddev,
      null as avg_duration, median::decimal(15, 3)::varchar as median_score,
      strftime(last_on, '%Y-%m-%dT00:00:00+00:00') as last_attempted,
      (n > 1 and n * squares > total * total and 100 * n * (n * squares - total * total) >= 9 * total * total * (n - 1))::varchar
          as has_high_variance
  from scenario`;

/** Of the sample's organisations: other tests may have left theirs. */
async function reading(sql: postgres.Sql, name: string, asked: Record<string, postgres.JSONValue>): Promise<TextRow[]> {
  await refreshViews(sql, ["mv_org_activity_day", "mv_user_activity_day", "mv_scenario_days"]);
  await sql`set time zone 'UTC'`;
  const rows = await sql<{ row: TextRow }[]>`
    select (select jsonb_object_agg(c.key, c.value) from jsonb_each_text(to_jsonb(r)) as c) as row
    from freshet.${sql(`reading_${name}`)}(${sql.json(asked)}) as r
    where r.org_id in (select o.id from public.orgs as o where o.id = md5('oulad:module:' || o.name)::uuid)`;
  return rows.map(({ row }) => row);
}

Deno.test("the attempt trend is, for every day of OULAD, what DuckDB computes from the files", async () => {
  const expected = await withOuladInDuckdb((duckdb) => duckdb.rows(TREND));
  const actual = await withOulad((sql) =>
    reading(sql, "training_attempt_trend", { today: LAST_DAY, params: { days: DAYS }, org: null, people: null })
  );
  assert.equal(expected.length, 7 * DAYS);
  assert.equal(expected.reduce((sum, row) => sum + Number(row.attempts_count), 0), 173_912);
  assert.deepEqual(rowDifferences({ actual, expected, key: ["org_id", "active_on"] }).slice(0, 20), []);
});

Deno.test("the overview's week and month are, on a day of OULAD, what DuckDB computes from the files", async () => {
  const expected = await withOuladInDuckdb((duckdb) => duckdb.rows(OVERVIEW));
  const actual = await withOulad((sql) =>
    reading(sql, "training_org_overview", { today: BUSY_DAY, params: {}, org: null, people: null })
  );
  assert.ok(expected.some((row) => Number(row.attempts_this_week) > 0), "nobody is active that week");
  const normalised = actual.map((row) => ({
    ...row,
    last_activity: (row.last_activity ?? "").replace("T", " ").replace("+00:00", "+00"),
  }));
  assert.deepEqual(rowDifferences({ actual: normalised, expected, key: ["org_id"] }).slice(0, 20), []);
});

/** The columns that DuckDB's rows have, and no others. */
function likeThose(rows: readonly TextRow[], expected: readonly TextRow[]): TextRow[] {
  const names = Object.keys(expected[0] ?? {});
  return rows.map((row) => Object.fromEntries(names.map((name) => [name, row[name] ?? null])));
}

for (
  const { name, today, query, key, count } of [
    { name: "training_org_overview", today: BUSY_DAY, query: PERIOD_OVERVIEW, key: ["org_id"], count: 7 },
    {
      name: "training_scenario_insights",
      today: LAST_DAY,
      query: PERIOD_INSIGHTS,
      key: ["org_id", "scenario_id"],
      count: 40,
    },
  ] as const
) {
  Deno.test(`${name} is, for a period of OULAD, what DuckDB computes from the files`, async () => {
    const expected = await withOuladInDuckdb((duckdb) => duckdb.rows(query));
    const actual = await withOulad((sql) =>
      reading(sql, name, { today, params: { from: FROM, to: TO }, org: null, people: null })
    );
    assert.ok(expected.length >= count, `only ${expected.length} rows`);
    assert.deepEqual(rowDifferences({ actual: likeThose(actual, expected), expected, key }).slice(0, 20), []);
  });
}

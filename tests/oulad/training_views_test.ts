import assert from "node:assert/strict";
import { withOuladInDuckdb } from "../support/rigs/duckdb.ts";
import { refreshViews, viewRows, withOulad } from "./oulad_database.ts";
import { rowDifferences, type TextRow } from "./row_difference.ts";

/** Nobody's time is measured in the sample: those columns hold nothing. */
const LEADERBOARD = `
  select
      org_id, user_id, date_trunc('month', submitted_on)::date::varchar as month,
      thousandths(sum(score)::hugeint, count(*)::hugeint)::varchar as avg_score,
      count(*)::varchar as attempts,
      null as total_duration,
      null as avg_talk_percentage,
      sum(score)::hugeint::varchar as score_sum
  from attempt
  where score is not null
  group by org_id, user_id, date_trunc('month', submitted_on)`;

const OVERVIEW = `
  select
      org_id, count(distinct user_id)::varchar as active_users, count(*)::varchar as total_attempts,
      count(score)::varchar as scored_count,
      thousandths(sum(score)::hugeint, count(score)::hugeint)::varchar as avg_score,
      strftime(max(submitted_on), '%Y-%m-%d 00:00:00+00') as last_activity
  from attempt
  group by org_id`;

/** Deviation and its share of the mean from whole sums; of whole scores a median has at most one digit. */
const INSIGHTS = `
  with scenario as (
      select
          org_id, scenario_id, title, count(*)::hugeint as n, sum(score)::hugeint as total,
          sum(score * score)::hugeint as squares, quantile_cont(score::double, 0.5) as median,
          max(submitted_on) as last_on
      from attempt
      where score is not null
      group by all
  )
  select
      org_id, scenario_id, title, n::varchar as attempt_count,
      thousandths(total, n)::varchar as avg_score,
      sqrt((n * squares - total * total)::double / nullif(n * (n - 1), 0)::double)::decimal(15, 3)::varchar as score_stddev,
      null as avg_duration,
      median::decimal(15, 3)::varchar as median_score,
      strftime(last_on, '%Y-%m-%d 00:00:00+00') as last_attempted,
      -- Variance at least 0.09 of the squared mean, with both sides times 100 n² (n - 1).
      (n > 1 and n * squares > total * total and 100 * n * (n * squares - total * total) >= 9 * total * total * (n - 1))::varchar
          as has_high_variance
  from scenario`;

/** An attempt of the sample ends where it begins. Totals are counted from the attempts, not added up from days. */
const ACTIVITY = `
  with day as (select distinct org_id, submitted_on as day from attempt)
  select
      d.org_id, d.day::varchar as active_on,
      count(*) filter (where submitted_on = d.day)::varchar as started_count,
      count(*) filter (where submitted_on = d.day)::varchar as ended_count,
      count(score) filter (where submitted_on = d.day)::varchar as scored_count,
      coalesce(sum(score) filter (where submitted_on = d.day), 0)::hugeint::varchar as score_sum,
      count(distinct user_id) filter (where submitted_on = d.day)::varchar as active_users_count,
      count(*)::varchar as total_ended_count,
      count(score)::varchar as total_scored_count,
      coalesce(sum(score), 0)::hugeint::varchar as total_score_sum,
      strftime(max(submitted_on), '%Y-%m-%d 00:00:00+00') as last_ended_at
  from day as d join attempt as a on a.org_id = d.org_id and a.submitted_on <= d.day
  group by d.org_id, d.day`;

const USER_ACTIVITY = `
  select
      org_id, user_id, submitted_on::varchar as active_on, count(*)::varchar as attempts_count,
      count(score)::varchar as scored_count, coalesce(sum(score), 0)::hugeint::varchar as score_sum,
      '0' as duration_seconds, count(*)::varchar as ended_count,
      (submitted_on = (select min(f.submitted_on) from attempt as f where f.org_id = a.org_id and f.user_id = a.user_id))::varchar
          as is_first_end
  from attempt as a
  group by org_id, user_id, submitted_on`;

const VIEWS = [
  { view: "mv_leaderboard_month", key: ["org_id", "month", "user_id"], query: LEADERBOARD, count: 117_000 },
  { view: "mv_org_overview", key: ["org_id"], query: OVERVIEW, count: 7 },
  { view: "mv_scenario_insights", key: ["org_id", "scenario_id"], query: INSIGHTS, count: 188 },
  { view: "mv_org_activity_day", key: ["org_id", "active_on"], query: ACTIVITY, count: 1_000 },
  { view: "mv_user_activity_day", key: ["org_id", "active_on", "user_id"], query: USER_ACTIVITY, count: 100_000 },
] as const;

for (const { view, key, query, count } of VIEWS) {
  Deno.test(`${view} holds for all of OULAD what DuckDB computes from the files`, async () => {
    const expected = await withOuladInDuckdb((duckdb) => duckdb.rows(query));
    const actual = await refreshed(view);
    assert.ok(expected.length >= count, `only ${expected.length} rows`);
    assert.deepEqual(rowDifferences({ actual, expected, key }).slice(0, 20), []);
  });
}

async function refreshed(view: string): Promise<TextRow[]> {
  return await withOulad(async (sql) => {
    await refreshViews(sql, [view]);
    return await viewRows(sql, view);
  });
}

import assert from "node:assert/strict";
import { withOuladInDuckdb } from "../support/rigs/duckdb.ts";
import { refreshViews, viewRows, withOulad } from "./oulad_database.ts";
import { rowDifferences } from "./row_difference.ts";

/**
 * Least squares over whole days, in whole numbers up to the one division: (n Σxy - Σx Σy) / (n Σx² - (Σx)²). As in the
 * specification, the category compares the rounded average with the rounded quartiles of everybody's scores.
 */
const PATTERNS = `
  with everybody as (
      select
          challenge_id, challenge_title, lane_key, count(*) as n,
          quantile_cont(score::double, [0.25, 0.50, 0.75])::decimal(15, 3)[] as q
      from scored_submission
      group by all
  ),
  dated as (
      select *, date_diff('day', date '2013-01-01', submitted_on)::hugeint as x from scored_submission
  ),
  pattern as (
      select
          agent_id, challenge_id, lane_key, count(*)::hugeint as n, thousandths(sum(score)::hugeint, count(*)::hugeint) as mean,
          min(score) as lowest, max(score) as highest,
          count(*) * sum(x * score) - sum(x) * sum(score) as rise,
          nullif(count(*) * sum(x * x) - sum(x) * sum(x), 0) as run
      from dated
      group by agent_id, challenge_id, lane_key
      having count(*) > 1
  )
  select
      a.agent_id, challenge_id, e.challenge_title, lane_key, a.n::varchar as attempt_count, a.mean::varchar as avg_score,
      thousandths(a.lowest, 1)::varchar as min_score,
      thousandths(a.highest, 1)::varchar as max_score,
      (a.rise::double / (a.run * 86400)::double)::varchar as score_trend_slope,
      (a.rise::double / a.run::double)::varchar as score_trend_per_day,
      case
          when a.mean < e.q[1] then 'persistent_weakness'
          when a.mean < e.q[2] then 'below_median'
          when a.mean > e.q[3] then 'consistent_strength'
          else 'average'
      end as performance_category,
      e.q[1]::varchar as challenge_p25,
      e.q[2]::varchar as challenge_p50,
      e.q[3]::varchar as challenge_p75,
      e.n::varchar as challenge_sample_count
  from pattern as a
  join everybody as e using (challenge_id, lane_key)`;

/** Postgres keeps sixteen digits of the slope, DuckDB's double as many: their last ones may differ. */
const SLOPE_TOLERANCE = 1e-13;

Deno.test("mv_weakness_patterns holds for all of OULAD what DuckDB computes from the files", async () => {
  const expected = await withOuladInDuckdb((duckdb) => duckdb.rows(PATTERNS));
  const actual = await withOulad(async (sql) => {
    await refreshViews(sql, ["mv_lane_score_distribution", "mv_weakness_patterns"]);
    return await viewRows(sql, "mv_weakness_patterns");
  });
  assert.ok(expected.length > 30_000, `only ${expected.length} patterns`);
  const differences = rowDifferences({
    actual,
    expected,
    key: ["agent_id", "challenge_id", "lane_key"],
    tolerances: { score_trend_slope: SLOPE_TOLERANCE, score_trend_per_day: SLOPE_TOLERANCE },
  });
  assert.deepEqual(differences.slice(0, 20), []);
});

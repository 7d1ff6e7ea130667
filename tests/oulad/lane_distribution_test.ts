import assert from "node:assert/strict";
import { withOuladInDuckdb } from "../support/rigs/duckdb.ts";
import { refreshViews, viewRows, withOulad } from "./oulad_database.ts";
import { rowDifferences } from "./row_difference.ts";

/**
 * Mean and deviation come from whole sums. Of whole scores a percentile has at most two digits, so its rounding has no
 * half-way case.
 */
const DISTRIBUTION = `
  with lane as (
      select
          challenge_id, challenge_title, lane_key, count(*)::hugeint as n, sum(score)::hugeint as total,
          sum(score * score)::hugeint as squares, min(score) as lowest, max(score) as highest,
          quantile_cont(score::double, [0.10, 0.25, 0.50, 0.75, 0.90]) as p, max(submitted_on) as last_on
      from scored_submission
      group by all
  )
  select
      challenge_id, challenge_title, lane_key, n::varchar as sample_count,
      thousandths(total, n)::varchar as mean_score,
      sqrt((n * squares - total * total)::double / nullif(n * (n - 1), 0)::double)::decimal(15, 3)::varchar as stddev_score,
      thousandths(lowest, 1)::varchar as min_score,
      thousandths(highest, 1)::varchar as max_score,
      p[1]::decimal(15, 3)::varchar as p10,
      p[2]::decimal(15, 3)::varchar as p25,
      p[3]::decimal(15, 3)::varchar as p50,
      p[4]::decimal(15, 3)::varchar as p75,
      p[5]::decimal(15, 3)::varchar as p90,
      strftime(last_on, '%Y-%m-%d 00:00:00+00') as last_submission_at
  from lane`;

Deno.test("mv_lane_score_distribution holds for all of OULAD what DuckDB computes from the files", async () => {
  const expected = await withOuladInDuckdb((duckdb) => duckdb.rows(DISTRIBUTION));
  const actual = await withOulad(async (sql) => {
    await refreshViews(sql, ["mv_lane_score_distribution"]);
    return await viewRows(sql, "mv_lane_score_distribution");
  });
  assert.equal(expected.length, 41);
  assert.deepEqual(rowDifferences({ actual, expected, key: ["challenge_id", "lane_key"] }).slice(0, 20), []);
});

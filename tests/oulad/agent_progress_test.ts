import assert from "node:assert/strict";
import { withOuladInDuckdb } from "../support/rigs/duckdb.ts";
import { refreshViews, viewRows, withOulad } from "./oulad_database.ts";
import { rowDifferences } from "./row_difference.ts";

/** The week before is looked up by its date, not by its place, and the difference of the averages is one fraction. */
const PROGRESS = `
  with progress as (
      select
          agent_id, challenge_id, challenge_title, date_trunc('week', submitted_on)::date as week, count(*)::hugeint as n,
          sum(score)::hugeint as total, min(score) as lowest, max(score) as highest
      from scored_submission
      group by all
  )
  select
      w.agent_id, w.challenge_id, w.challenge_title, w.week::varchar as week, w.n::varchar as submission_count,
      thousandths(w.total, w.n)::varchar as avg_composite_score,
      thousandths(w.highest, 1)::varchar as best_composite_score,
      thousandths(w.lowest, 1)::varchar as worst_composite_score,
      thousandths(w.total * before.n - before.total * w.n, w.n * before.n)::varchar as wow_composite_delta
  from progress as w
  left join progress as before
      on before.agent_id = w.agent_id and before.challenge_id = w.challenge_id and before.week = w.week - 7`;

Deno.test("mv_agent_progress holds for all of OULAD what DuckDB computes from the files", async () => {
  const expected = await withOuladInDuckdb((duckdb) => duckdb.rows(PROGRESS));
  const actual = await withOulad(async (sql) => {
    await refreshViews(sql, ["mv_agent_progress"]);
    return await viewRows(sql, "mv_agent_progress");
  });
  assert.ok(expected.length > 100_000, `only ${expected.length} weeks`);
  assert.ok(expected.some((row) => row.wow_composite_delta !== null), "no week follows another");
  assert.ok(expected.some((row) => row.wow_composite_delta === null), "every week follows another");
  assert.deepEqual(rowDifferences({ actual, expected, key: ["agent_id", "challenge_id", "week"] }).slice(0, 20), []);
});

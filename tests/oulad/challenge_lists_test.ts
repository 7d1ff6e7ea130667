import assert from "node:assert/strict";
import { withOuladInDuckdb } from "../support/rigs/duckdb.ts";
import { refreshViews, viewRows, withOulad } from "./oulad_database.ts";
import { rowDifferences } from "./row_difference.ts";

const CHALLENGES = `
  with lane as (
      select challenge_id, challenge_title, lane_key, count(*) as n, max(submitted_on) as last_on
      from scored_submission
      group by all
  )
  select
      challenge_id, challenge_title as title, count(*)::varchar as lanes_count,
      sum(if(n < 5, 1, 0))::bigint::varchar as withheld_lanes_count,
      max(n)::varchar as samples_of_fullest_lane_count,
      strftime(max(last_on), '%Y-%m-%d 00:00:00+00') as last_submission_at
  from lane
  group by all`;

const AGENT_CHALLENGES = `
  select
      agent_id, challenge_id, challenge_title, count(*)::varchar as submissions_count, count(score)::varchar as scored_count,
      strftime(max(submitted_on), '%Y-%m-%d 00:00:00+00') as last_submission_at
  from arena_submission
  group by agent_id, challenge_id, challenge_title`;

Deno.test("the lists of challenges hold for all of OULAD what DuckDB computes from the files", async () => {
  const expected = await withOuladInDuckdb(async (duckdb) => ({
    challenges: await duckdb.rows(CHALLENGES),
    agent_challenges: await duckdb.rows(AGENT_CHALLENGES),
  }));
  const actual = await withOulad(async (sql) => {
    await refreshViews(sql, ["mv_lane_score_distribution", "mv_challenges", "mv_agent_challenges"]);
    return {
      challenges: await viewRows(sql, "mv_challenges"),
      agent_challenges: await viewRows(sql, "mv_agent_challenges"),
    };
  });
  assert.equal(expected.challenges.length, 22);
  assert.ok(expected.agent_challenges.length > 25_000, `only ${expected.agent_challenges.length} pairs`);
  const differences = [
    ...rowDifferences({ actual: actual.challenges, expected: expected.challenges, key: ["challenge_id"] }),
    ...rowDifferences({
      actual: actual.agent_challenges,
      expected: expected.agent_challenges,
      key: ["agent_id", "challenge_id"],
    }),
  ];
  assert.deepEqual(differences.slice(0, 20), []);
});

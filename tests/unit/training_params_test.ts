import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { AppError } from "../../shared/kernel/app_error.ts";
import type { Resource } from "../../shared/resource/resource.ts";
import { parseQuery } from "../../shared/http/request/query_params.ts";
import { attempts } from "../../shared/packs/training/attempts.ts";
import { kpiCohorts } from "../../shared/packs/training/kpi_cohorts.ts";
import { kpiHeatmap } from "../../shared/packs/training/kpi_heatmap.ts";
import { kpiWeekly } from "../../shared/packs/training/kpi_weekly.ts";
import { leaderboard } from "../../shared/packs/training/leaderboard.ts";
import { orgOverview } from "../../shared/packs/training/org_overview.ts";
import { peopleAttempts } from "../../shared/packs/training/people_attempts.ts";
import { peopleFigures } from "../../shared/packs/training/people_figures.ts";
import { scenarioInsights } from "../../shared/packs/training/scenario_insights.ts";
import { teamOverview } from "../../shared/packs/training/team_overview.ts";
import { topScenarios } from "../../shared/packs/training/top_scenarios.ts";
import { EVENT_TYPES } from "../../shared/packs/training_event_types.ts";

function parse(resource: Resource, query: Record<string, string>): Record<string, unknown> {
  return parseQuery(resource, new URLSearchParams(query)).params;
}

function refusal(resource: Resource, query: Record<string, string>): string {
  try {
    parse(resource, query);
  } catch (error) {
    assert.ok(error instanceof AppError && error.code === "BAD_REQUEST");
    return error.errors.map(({ field, reason }) => `${field} ${reason}`).join("; ");
  }
  return "nothing was refused";
}

Deno.test("thresholds are three and seven unless others are given, and two spellings of one number are one question", () => {
  const event_type = "question_asked";
  assert.deepEqual(parse(kpiCohorts, { event_type })["thresholds"], [3, 7]);
  assert.deepEqual(parse(kpiCohorts, { event_type, thresholds: "0.5,2.50,03,7,100" })["thresholds"], [
    0.5,
    2.5,
    3,
    7,
    100,
  ]);
});

Deno.test("thresholds that do not increase, or are none, too many or no numbers, are refused", () => {
  const bad = ["", "7,3", "3,3", "0", "0,1", "-1", "3,", ",3", "3, 7", "1e3", "1.234", "1,2,3,4,5,6", "NaN", "9999999"];
  for (const thresholds of bad) {
    assert.equal(
      refusal(kpiCohorts, { event_type: "question_asked", thresholds }),
      "thresholds must be 1 to 5 increasing numbers above 0, like 3,7",
      thresholds,
    );
  }
});

Deno.test("an event type has to be given, and one that nobody knows is refused with the list", () => {
  assert.equal(refusal(kpiHeatmap, {}), "event_type is required");
  assert.equal(refusal(kpiHeatmap, { event_type: "sigh" }), `event_type must be one of ${EVENT_TYPES.join(", ")}`);
});

Deno.test("the event types are those of the database, in its order", async () => {
  const schema_file = "../../packs/training/schema/kpi_event_types.sql";
  const sql = await readFile(new URL(schema_file, import.meta.url), "utf8");
  assert.deepEqual([...sql.matchAll(/^ +\('(\w+)'\)/gm)].map(([, name]) => name), [...EVENT_TYPES]);
});

Deno.test("a month is a year and a month, and none but itself", () => {
  assert.equal(parse(leaderboard, { month: "2024-02" })["month"], "2024-02-01");
  assert.equal(parse(leaderboard, {})["month"], undefined);
  for (const month of ["2024", "2024-13", "2024-00", "2024-2", "2024-02-01", "1969-12", " 2024-02"]) {
    assert.equal(refusal(leaderboard, { month }), "month must be a month from 1970-01 to 9999-12, like 2026-01", month);
  }
});

Deno.test("a period of training that ends before it begins is refused with what to do, and one of a day is a period", () => {
  const reversed = { from: "2026-02-02", to: "2026-02-01" };
  const advice = "to must not be before from: exchange the two, or leave one out";
  const periods: [Resource, Record<string, string>][] = [
    [orgOverview, {}],
    [scenarioInsights, {}],
    [topScenarios, {}],
    [teamOverview, {}],
    [attempts, {}],
    [peopleFigures, {}],
    [peopleAttempts, {}],
    [kpiCohorts, { event_type: "question_asked" }],
    [kpiHeatmap, { event_type: "question_asked" }],
    [kpiWeekly, { event_type: "question_asked" }],
  ];
  for (const [resource, others] of periods) {
    assert.equal(refusal(resource, { ...others, ...reversed }), advice, resource.name);
    const day = { from: "2026-02-01", to: "2026-02-01" };
    const { from, to } = parse(resource, { ...others, ...day });
    assert.deepEqual({ from, to }, day);
    for (const from of ["2026-02-30", "1969-12-31", "10000-01-01", "yesterday", "2026-02-01T00:00Z", "infinity", ""]) {
      assert.equal(
        refusal(resource, { ...others, from }),
        "from must be a day from 1970-01-01 to 9999-12-31, like 2026-01-31",
        from,
      );
    }
  }
});

import { column, defineResource, parameter } from "../../../shared/resource/resource.ts";

export const scenarioInsights = defineResource({
  pack: "training",
  name: "scenario-insights",
  view: "mv_scenario_insights",
  reads: ["mv_scenario_days", "dim_scenarios", "dim_orgs"],
  reading: "training_scenario_insights",
  confined: true,
  summary:
    "The scores of each scenario, of all time or of a period: average, median, spread, and whether the spread is suspiciously high",
  params: {
    org_id: parameter.id().optional(),
    scenario_id: parameter.id().optional(),
    from: parameter.day().optional(),
    to: parameter.day().optional(),
    variance: parameter.oneOf(["all", "high"], "all"),
    limit: parameter.wholeNumber({ from: 1, to: 999, otherwise: 200 }),
    cursor: parameter.cursor().optional(),
  },
  filters: [
    { param: "org_id", column: "org_id", op: "eq" },
    { param: "scenario_id", column: "scenario_id", op: "eq" },
    { param: "variance", column: "has_high_variance", op: "eq", values: { all: null, high: "true" } },
  ],
  columns: {
    org_id: column.id(),
    scenario_id: column.id(),
    title: column.text().nullable(),
    difficulty: column.text().nullable(),
    category: column.text().nullable(),
    attempt_count: column.count(),
    avg_score: column.number(),
    score_stddev: column.number().nullable(),
    avg_duration: column.number().nullable(),
    median_score: column.number(),
    last_attempted: column.timestamp().nullable(),
    has_high_variance: column.boolean(),
  },
  access: { scope: "member", org: "org_id", column: null, rows: { admin: "org" } },
  order: [
    { column: "attempt_count", direction: "desc" },
    { column: "org_id", direction: "desc" },
    { column: "scenario_id", direction: "desc" },
  ],
  limit: { param: "limit" },
  cursor: "cursor",
  shown: "as_ordered",
  // An organisation's admin may read every attempt.
  minimum_sample: { column: "attempt_count", at_least: 5, except: ["admin"] },
  max_age_seconds: 3_600,
  formats: ["json", "csv"],
});

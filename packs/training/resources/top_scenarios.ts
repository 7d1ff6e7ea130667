import { column, defineResource, parameter } from "../../../shared/resource/resource.ts";

export const topScenarios = defineResource({
  pack: "training",
  name: "top-scenarios",
  view: "mv_scenario_insights",
  reads: ["mv_scenario_days", "dim_scenarios", "dim_orgs"],
  reading: "training_scenario_insights",
  confined: true,
  summary: "The scenarios with the most scored attempts, of all time or of a period, with their average score",
  params: {
    org_id: parameter.id().optional(),
    from: parameter.day().optional(),
    to: parameter.day().optional(),
    limit: parameter.wholeNumber({ from: 1, to: 100, otherwise: 10 }),
  },
  filters: [{ param: "org_id", column: "org_id", op: "eq" }],
  columns: {
    org_id: column.id(),
    scenario_id: column.id(),
    title: column.text().nullable(),
    difficulty: column.text().nullable(),
    category: column.text().nullable(),
    attempt_count: column.count(),
    avg_score: column.number(),
  },
  access: { scope: "member", org: "org_id", column: null, rows: { admin: "org" } },
  order: [
    { column: "attempt_count", direction: "desc" },
    { column: "scenario_id", direction: "asc" },
    { column: "org_id", direction: "asc" },
  ],
  limit: { param: "limit" },
  shown: "as_ordered",
  // An organisation's admin may read every attempt.
  minimum_sample: { column: "attempt_count", at_least: 5, except: ["admin"] },
  max_age_seconds: 300,
  formats: ["json", "csv"],
});

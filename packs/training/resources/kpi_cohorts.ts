import { column, defineResource, parameter } from "../../../shared/resource/resource.ts";
import { EVENT_TYPES } from "../event_types.ts";

export const kpiCohorts = defineResource({
  pack: "training",
  name: "kpi/cohorts",
  view: "mv_kpi_users",
  reads: ["mv_kpi_attempts", "dim_orgs"],
  reading: "training_kpi_cohorts",
  confined: true,
  summary: "Users grouped by how often an event of one type occurs in their attempts, with each group's average score",
  params: {
    org_id: parameter.id().optional(),
    event_type: parameter.word(EVENT_TYPES),
    scenario_id: parameter.id().optional(),
    from: parameter.day().optional(),
    to: parameter.day().optional(),
    thresholds: parameter.increasingNumbers({ most: 5, otherwise: "3,7" }),
  },
  filters: [
    { param: "org_id", column: "org_id", op: "eq" },
    { param: "event_type", column: "event_type", op: "eq" },
  ],
  columns: {
    org_id: column.id(),
    event_type: column.category(EVENT_TYPES),
    cohort: column.count(),
    label: column.text(),
    users_count: column.count(),
    attempts_count: column.count(),
    events_count: column.count(),
    // Null if no user of the group has a score.
    avg_score: column.number().nullable(),
    scored_users_count: column.count(),
  },
  access: { scope: "member", org: "org_id", column: null, rows: { admin: "org" } },
  order: [
    { column: "cohort", direction: "asc" },
    { column: "org_id", direction: "asc" },
  ],
  limit: 1_000,
  shown: "as_ordered",
  // Its readers may read every attempt, and the average comes with its number of attempts.
  minimum_sample: null,
  max_age_seconds: 3_600,
  formats: ["json", "csv"],
});

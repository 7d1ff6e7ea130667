import { column, defineResource, parameter } from "../../resource/resource.ts";
import { EVENT_TYPES } from "../training_event_types.ts";

export const kpiCohorts = defineResource({
  pack: "training",
  name: "kpi/cohorts",
  view: "mv_kpi_users",
  reads: ["mv_kpi_attempts", "dim_orgs"],
  reading: "training_kpi_cohorts",
  summary: "Users grouped by how often something happens in their attempts, with the average score of each group",
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
    // Null without a user with a score.
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
  // Who reads it may read every attempt: the average comes with the number that it rests on.
  minimum_sample: null,
  max_age_seconds: 3_600,
  formats: ["json", "csv"],
});

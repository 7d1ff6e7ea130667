import { column, defineResource, parameter } from "../../../shared/resource/resource.ts";
import { EVENT_TYPES } from "../event_types.ts";

export const kpiWeekly = defineResource({
  pack: "training",
  name: "kpi/weekly",
  view: "mv_kpi_weeks",
  reads: ["mv_kpi_attempts", "dim_orgs"],
  reading: "training_kpi_weekly",
  confined: true,
  summary: "Events of one type by week, oldest first: in all, and per attempt",
  params: {
    org_id: parameter.id().optional(),
    event_type: parameter.word(EVENT_TYPES),
    scenario_id: parameter.id().optional(),
    from: parameter.day().optional(),
    to: parameter.day().optional(),
    week_from: parameter.week().optional(),
    week_to: parameter.week().optional(),
    limit: parameter.wholeNumber({ from: 1, to: 999, otherwise: 200 }),
    cursor: parameter.cursor().optional(),
  },
  filters: [
    { param: "org_id", column: "org_id", op: "eq" },
    { param: "event_type", column: "event_type", op: "eq" },
    { param: "week_from", column: "week_start", op: "gte" },
    { param: "week_to", column: "week_start", op: "lte" },
  ],
  columns: {
    org_id: column.id(),
    event_type: column.category(EVENT_TYPES),
    week_start: column.date(),
    events_count: column.count(),
    attempts_with_events_count: column.count(),
    attempts_count: column.count(),
    events_per_attempt: column.number(),
  },
  access: { scope: "member", org: "org_id", column: null, rows: { admin: "org" } },
  order: [
    { column: "week_start", direction: "asc" },
    { column: "org_id", direction: "asc" },
  ],
  limit: { param: "limit" },
  cursor: "cursor",
  shown: "as_ordered",
  // An organisation's admin may read every attempt.
  minimum_sample: { column: "attempts_count", at_least: 5, except: ["admin"] },
  max_age_seconds: 3_600,
  formats: ["json", "csv"],
});

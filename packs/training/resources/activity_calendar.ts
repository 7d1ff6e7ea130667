import { column, defineResource, parameter } from "../../../shared/resource/resource.ts";

export const activityCalendar = defineResource({
  pack: "training",
  name: "activity-calendar",
  view: "mv_org_activity_day",
  reads: ["dim_orgs"],
  reading: "training_activity_calendar",
  confined: true,
  clock: "day",
  summary: "Attempts on each day of a year, this year by default, with the year's total and its busiest day",
  params: {
    org_id: parameter.id().optional(),
    year: parameter.optionalWholeNumber({ from: 1970, to: 9999 }),
  },
  filters: [{ param: "org_id", column: "org_id", op: "eq" }],
  columns: {
    org_id: column.id(),
    active_on: column.date(),
    attempts_count: column.count(),
    active_users_count: column.count(),
    // Over the organisation's whole year, the same in each of its rows: a calendar needs them for its scale.
    year_attempts_count: column.count(),
    busiest_attempts_count: column.count(),
    busiest_on: column.date(),
  },
  access: { scope: "member", org: "org_id", column: null, rows: { admin: "org" } },
  order: [
    { column: "active_on", direction: "asc" },
    { column: "org_id", direction: "asc" },
  ],
  limit: 1_000,
  shown: "as_ordered",
  // Plain counts: no average, no distribution.
  minimum_sample: null,
  max_age_seconds: 300,
  formats: ["json", "csv"],
});

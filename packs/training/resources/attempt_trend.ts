import { column, defineResource, parameter } from "../../../shared/resource/resource.ts";

export const attemptTrend = defineResource({
  pack: "training",
  name: "attempt-trend",
  view: "mv_org_activity_day",
  reads: ["dim_orgs"],
  reading: "training_attempt_trend",
  confined: true,
  clock: "day",
  summary:
    "Attempts on each of the days up to today, or up to another day, oldest first; days without attempts included",
  params: {
    org_id: parameter.id().optional(),
    to: parameter.day().optional(),
    days: parameter.wholeNumber({ from: 1, to: 366, otherwise: 30 }),
  },
  filters: [{ param: "org_id", column: "org_id", op: "eq" }],
  columns: {
    org_id: column.id(),
    active_on: column.date(),
    attempts_count: column.count(),
    active_users_count: column.count(),
    // Null if there is no scored attempt.
    avg_score: column.number().nullable(),
    scored_count: column.count(),
  },
  access: { scope: "member", org: "org_id", column: null, rows: { admin: "org" } },
  // Newest days first, so that the limit cuts off the oldest days if there are many organisations.
  order: [
    { column: "active_on", direction: "desc" },
    { column: "org_id", direction: "desc" },
  ],
  limit: 1_000,
  shown: "reversed",
  // Its readers may read every attempt, and the average comes with its number of attempts.
  minimum_sample: null,
  max_age_seconds: 300,
  formats: ["json", "csv"],
});

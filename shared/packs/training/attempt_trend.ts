import { column, defineResource, parameter } from "../../resource/resource.ts";

export const attemptTrend = defineResource({
  pack: "training",
  name: "attempt-trend",
  view: "mv_org_activity_day",
  reads: ["dim_orgs"],
  reading: "training_attempt_trend",
  clock: "day",
  summary: "Attempts of each of the days that end today, or with another one, oldest first; days without one included",
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
    // Null without a scored attempt.
    avg_score: column.number().nullable(),
    scored_count: column.count(),
  },
  access: { scope: "member", org: "org_id", column: null, rows: { admin: "org" } },
  // The newest days first, so that of many organisations the oldest are left out.
  order: [
    { column: "active_on", direction: "desc" },
    { column: "org_id", direction: "desc" },
  ],
  limit: 1_000,
  shown: "reversed",
  // Who reads it may read every attempt: the average comes with the number that it rests on.
  minimum_sample: null,
  max_age_seconds: 300,
  formats: ["json", "csv"],
});

import { column, defineResource, parameter } from "../../../shared/resource/resource.ts";

export const orgOverview = defineResource({
  pack: "training",
  name: "org-overview",
  view: "mv_org_activity_day",
  reads: ["mv_user_activity_day", "dim_orgs"],
  reading: "training_org_overview",
  confined: true,
  clock: "day",
  summary:
    "An organisation in one row: users, attempts and average score, of all time or of a period; attempts of this month and of this week",
  params: {
    org_id: parameter.id().optional(),
    from: parameter.day().optional(),
    to: parameter.day().optional(),
  },
  filters: [{ param: "org_id", column: "org_id", op: "eq" }],
  columns: {
    org_id: column.id(),
    name: column.text(),
    active_users: column.count(),
    active_users_this_month: column.count(),
    total_attempts: column.count(),
    attempts_this_week: column.count(),
    attempts_this_month: column.count(),
    // Null if there is no scored attempt.
    avg_score: column.number().nullable(),
    scored_count: column.count(),
    last_activity: column.timestamp().nullable(),
  },
  access: { scope: "member", org: "org_id", column: null, rows: { admin: "org" } },
  order: [{ column: "org_id", direction: "asc" }],
  limit: 1_000,
  shown: "as_ordered",
  // Its readers may read every attempt, and the average comes with its number of attempts.
  minimum_sample: null,
  max_age_seconds: 300,
  formats: ["json", "csv"],
});

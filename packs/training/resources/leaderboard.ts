import { column, defineResource, parameter } from "../../../shared/resource/resource.ts";

export const leaderboard = defineResource({
  pack: "training",
  name: "leaderboard",
  view: "mv_leaderboard_month",
  reads: ["people_of_manager", "dim_users", "dim_orgs"],
  reading: "training_leaderboard",
  confined: true,
  clock: "day",
  summary:
    "The people with the best scores of a month, this month by default, and their change against the month before",
  params: {
    org_id: parameter.id().optional(),
    month: parameter.month().optional(),
    limit: parameter.wholeNumber({ from: 1, to: 1_000, otherwise: 10 }),
  },
  filters: [{ param: "org_id", column: "org_id", op: "eq" }],
  columns: {
    org_id: column.id(),
    user_id: column.text(),
    name: column.text().nullable(),
    month: column.date(),
    rank: column.count(),
    // Null, like the change, if the person had no score in the month before.
    previous_rank: column.count().nullable(),
    avg_score: column.number(),
    avg_score_change: column.number().nullable(),
    attempts: column.count(),
    total_duration: column.count().nullable(),
    avg_talk_percentage: column.number().nullable(),
  },
  access: { scope: "member", org: "org_id", column: "user_id", rows: { admin: "org", manager: "people_of_manager" } },
  order: [
    { column: "rank", direction: "asc" },
    { column: "org_id", direction: "asc" },
    { column: "user_id", direction: "asc" },
  ],
  limit: { param: "limit" },
  shown: "as_ordered",
  // Each row holds one person's own month.
  minimum_sample: null,
  max_age_seconds: 900,
  formats: ["json", "csv"],
});

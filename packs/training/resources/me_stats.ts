import { column, defineResource } from "../../../shared/resource/resource.ts";

export const meStats = defineResource({
  pack: "training",
  name: "me/stats",
  view: "fact_scenario_attempts",
  reads: ["dim_users"],
  reading: "training_my_stats",
  clock: "day",
  summary: "The caller's own attempts and scores: this week, compared with the week before, and in all",
  params: {},
  filters: [],
  columns: {
    org_id: column.id(),
    user_id: column.text(),
    name: column.text().nullable(),
    attempts_this_week: column.count(),
    avg_score_this_week: column.number().nullable(),
    scored_count_this_week: column.count(),
    // Compared with the seven days before; null unless both have a score.
    avg_score_change: column.number().nullable(),
    scored_count_week_before: column.count(),
    attempts_count: column.count(),
    avg_score: column.number().nullable(),
    scored_count: column.count(),
    last_attempt_at: column.timestamp().nullable(),
  },
  access: { scope: "member", org: "org_id", column: "user_id", rows: { admin: "own", manager: "own", trainee: "own" } },
  order: [{ column: "user_id", direction: "asc" }],
  limit: 1,
  shown: "as_ordered",
  // The caller's own rows, and each average comes with its number of attempts.
  minimum_sample: null,
  max_age_seconds: 300,
  formats: ["json", "csv"],
});

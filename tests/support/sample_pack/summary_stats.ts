import { column, defineResource } from "../../../shared/resource/resource.ts";

export const summaryStats = defineResource({
  pack: "sample",
  name: "summary-stats",
  view: "summary_stats",
  summary: "Learning activity in one row, with windows that end at the newest active day",
  params: {},
  filters: [],
  columns: {
    // Null if no learner was ever active.
    as_of_on: column.date().nullable(),
    learners_count: column.count(),
    active_learners_7d: column.count(),
    active_learners_30d: column.count(),
    sessions_count: column.count(),
    completed_quizzes_count: column.count(),
    // Null if no quiz was ever attempted.
    completion_rate: column.number().nullable(),
    longest_streak_days: column.count(),
  },
  access: { scope: "admin" },
  order: [{ column: "learners_count", direction: "asc" }],
  limit: 1,
  shown: "as_ordered",
  // One row over all learners.
  minimum_sample: null,
  max_age_seconds: 86_400,
  formats: ["json", "csv"],
});

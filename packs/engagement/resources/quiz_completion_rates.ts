import { column, defineResource, parameter } from "../../../shared/resource/resource.ts";

export const quizCompletionRates = defineResource({
  pack: "engagement",
  name: "quiz-completion-rates",
  view: "quiz_completion_rates",
  through: "named_quiz_completion_rates",
  reads: ["named_tracks"],
  summary: "How many attempts at each quiz are completed, with their average score and median duration",
  params: {
    track_id: parameter.id().optional(),
    quiz_id: parameter.id().optional(),
    limit: parameter.wholeNumber({ from: 1, to: 999, otherwise: 200 }),
    cursor: parameter.cursor().optional(),
  },
  filters: [
    { param: "track_id", column: "track_id", op: "eq" },
    { param: "quiz_id", column: "quiz_id", op: "eq" },
  ],
  columns: {
    track_id: column.id(),
    track_title: column.text().nullable(),
    quiz_id: column.id(),
    started_count: column.count(),
    completed_count: column.count(),
    completion_rate: column.number(),
    // Null if no completed attempt has a score, or a measured duration.
    avg_score: column.number().nullable(),
    median_duration_ms: column.number().nullable(),
  },
  access: { scope: "admin" },
  order: [
    { column: "track_id", direction: "asc" },
    { column: "quiz_id", direction: "asc" },
  ],
  limit: { param: "limit" },
  cursor: "cursor",
  shown: "as_ordered",
  // Counts started attempts: a minimum of completed ones would hide the quizzes that no learner finishes.
  minimum_sample: { column: "started_count", at_least: 5 },
  max_age_seconds: 86_400,
  formats: ["json", "csv"],
});

import { column, defineResource, parameter } from "../../../shared/resource/resource.ts";

export const dashboard = defineResource({
  pack: "study",
  name: "dashboard",
  view: "user_learning_metrics",
  summary: "The caller's last 30 days in one row: answers, accuracy, study time, streak, mastery",
  params: { user_id: parameter.subject().optional() },
  filters: [],
  columns: {
    user_id: column.text(),
    // The last day that the nightly batch has closed; the windows end on it.
    as_of_date: column.date(),
    questions_attempted_7d: column.count(),
    questions_attempted_30d: column.count(),
    accuracy_rate_7d: column.number().nullable(),
    accuracy_rate_30d: column.number().nullable(),
    study_seconds_7d: column.count(),
    study_seconds_30d: column.count(),
    sessions_count_30d: column.count(),
    active_days_30d: column.count(),
    current_streak_days: column.count(),
    avg_mastery_score: column.number().nullable(),
    topics_started_count: column.count(),
    topics_mastered_count: column.count(),
    last_active_on: column.date().nullable(),
    calculated_at: column.timestamp(),
    calculation_version: column.text(),
  },
  access: { scope: "person", column: "user_id", param: "user_id", relation: "study_people_of_caller" },
  order: [{ column: "user_id", direction: "asc" }],
  limit: 1,
  shown: "as_ordered",
  // Each row is of one person.
  minimum_sample: null,
  max_age_seconds: 300,
  formats: ["json", "csv"],
});

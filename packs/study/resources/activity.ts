import { column, defineResource, parameter } from "../../../shared/resource/resource.ts";

export const activity = defineResource({
  pack: "study",
  name: "activity",
  view: "daily_user_stats",
  reading: "study_activity",
  clock: "day",
  summary: "The caller's days with activity among the days up to today, oldest first",
  params: { user_id: parameter.subject().optional(), days: parameter.wholeNumber({ from: 1, to: 366, otherwise: 90 }) },
  filters: [],
  columns: {
    user_id: column.text(),
    stat_date: column.date(),
    events_count: column.count(),
    sessions_count: column.count(),
    study_seconds: column.count(),
    questions_attempted: column.count(),
    questions_correct: column.count(),
    accuracy_rate: column.number().nullable(),
    avg_time_to_answer_seconds: column.number().nullable(),
    materials_viewed: column.count(),
    topics_count: column.count(),
  },
  access: { scope: "person", column: "user_id", param: "user_id", relation: "study_people_of_caller" },
  order: [{ column: "stat_date", direction: "asc" }],
  limit: 366,
  shown: "as_ordered",
  // Each row is of one person.
  minimum_sample: null,
  max_age_seconds: 300,
  formats: ["json", "csv"],
});

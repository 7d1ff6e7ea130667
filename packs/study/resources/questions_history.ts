import { column, defineResource, parameter } from "../../../shared/resource/resource.ts";

export const questionsHistory = defineResource({
  pack: "study",
  name: "questions/history",
  view: "question_history",
  summary: "The caller's answers to one question, the newest first, with the day of its next review",
  params: {
    user_id: parameter.subject().optional(),
    question_id: parameter.id(),
    limit: parameter.wholeNumber({ from: 1, to: 999, otherwise: 50 }),
    cursor: parameter.cursor().optional(),
    total: parameter.flag(),
  },
  filters: [{ param: "question_id", column: "question_id", op: "eq" }],
  columns: {
    event_id: column.id(),
    user_id: column.text(),
    question_id: column.id(),
    topic_id: column.id(),
    selected_answer: column.text().nullable(),
    correct_answer: column.text().nullable(),
    is_correct: column.boolean(),
    is_hint_used: column.boolean(),
    time_to_answer_seconds: column.number().nullable(),
    // SM-2's quality of the answer, 0 to 5.
    quality: column.count(),
    attempted_at: column.timestamp(),
    next_review_on: column.date().nullable(),
    interval_days: column.count().nullable(),
    easiness_factor: column.number().nullable(),
  },
  access: { scope: "person", column: "user_id", param: "user_id", relation: "study_people_of_caller" },
  order: [{ column: "attempted_at", direction: "desc" }, { column: "event_id", direction: "desc" }],
  limit: { param: "limit" },
  cursor: "cursor",
  total: "total",
  shown: "as_ordered",
  // Each row is of one person.
  minimum_sample: null,
  max_age_seconds: 300,
  formats: ["json", "csv"],
});

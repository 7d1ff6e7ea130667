import { column, defineResource, parameter } from "../../../shared/resource/resource.ts";

export const reviewsDue = defineResource({
  pack: "study",
  name: "reviews/due",
  view: "question_reviews",
  reading: "study_reviews_due",
  clock: "day",
  summary: "The questions that the caller should answer again today, the longest overdue first",
  params: {
    user_id: parameter.subject().optional(),
    days_ahead: parameter.wholeNumber({ from: 0, to: 30, otherwise: 0 }),
    topic_id: parameter.id().optional(),
    limit: parameter.wholeNumber({ from: 1, to: 999, otherwise: 50 }),
    cursor: parameter.cursor().optional(),
  },
  filters: [{ param: "topic_id", column: "topic_id", op: "eq" }],
  columns: {
    user_id: column.text(),
    question_id: column.id(),
    topic_id: column.id(),
    topic_name: column.text(),
    due_on: column.date(),
    overdue_days: column.count(),
    interval_days: column.count(),
    repetition: column.count(),
    easiness_factor: column.number(),
    last_answered_at: column.timestamp(),
  },
  access: { scope: "person", column: "user_id", param: "user_id", relation: "study_people_of_caller" },
  order: [{ column: "due_on", direction: "asc" }, { column: "question_id", direction: "asc" }],
  limit: { param: "limit" },
  cursor: "cursor",
  shown: "as_ordered",
  // Each row is of one person.
  minimum_sample: null,
  max_age_seconds: 300,
  formats: ["json", "csv"],
});

import { column, defineResource, parameter } from "../../../shared/resource/resource.ts";

export const firstAttemptAccuracy = defineResource({
  pack: "study",
  name: "first-attempt-accuracy",
  view: "first_attempt_accuracy",
  summary: "The share of the caller's questions whose first answer was correct, by topic",
  params: {
    user_id: parameter.subject().optional(),
    topic_id: parameter.id().optional(),
    limit: parameter.wholeNumber({ from: 1, to: 999, otherwise: 50 }),
    cursor: parameter.cursor().optional(),
  },
  filters: [{ param: "topic_id", column: "topic_id", op: "eq" }],
  columns: {
    user_id: column.text(),
    topic_id: column.id(),
    topic_name: column.text(),
    questions_count: column.count(),
    first_correct_count: column.count(),
    first_attempt_accuracy: column.number(),
  },
  access: { scope: "person", column: "user_id", param: "user_id", relation: "study_people_of_caller" },
  order: [{ column: "topic_name", direction: "asc" }, { column: "topic_id", direction: "asc" }],
  limit: { param: "limit" },
  cursor: "cursor",
  shown: "as_ordered",
  // Each row is of one person.
  minimum_sample: null,
  max_age_seconds: 300,
  formats: ["json", "csv"],
});

import { column, defineResource, parameter } from "../../../shared/resource/resource.ts";

export const activeLearningDays = defineResource({
  pack: "sample",
  name: "active-learning-days",
  view: "active_learning_days",
  summary: "Each learner's activity on each day, the newest days first",
  params: {
    user_id: parameter.id().optional(),
    active_from: parameter.day().optional(),
    active_to: parameter.day().optional(),
    limit: parameter.wholeNumber({ from: 1, to: 999, otherwise: 200 }),
    cursor: parameter.cursor().optional(),
  },
  filters: [
    { param: "user_id", column: "user_id", op: "eq" },
    { param: "active_from", column: "active_on", op: "gte" },
    { param: "active_to", column: "active_on", op: "lte" },
  ],
  columns: {
    user_id: column.id(),
    active_on: column.date(),
    sessions_count: column.count(),
    quiz_attempts_count: column.count(),
    review_sessions_count: column.count(),
    active_seconds: column.count(),
  },
  access: { scope: "admin" },
  order: [
    { column: "active_on", direction: "desc" },
    { column: "user_id", direction: "desc" },
  ],
  limit: { param: "limit" },
  cursor: "cursor",
  shown: "as_ordered",
  // Each row holds one learner's own day.
  minimum_sample: null,
  max_age_seconds: 86_400,
  formats: ["json", "csv"],
});

import { column, defineResource, parameter } from "../../../shared/resource/resource.ts";

export const topicsDaily = defineResource({
  pack: "study",
  name: "topics/daily",
  view: "topic_daily_stats",
  summary: "The caller's answers in one topic by day, oldest first; the latest days if there are more than limit",
  params: {
    user_id: parameter.subject().optional(),
    topic_id: parameter.id(),
    from: parameter.day().optional(),
    to: parameter.day().optional(),
    limit: parameter.wholeNumber({ from: 1, to: 999, otherwise: 90 }),
  },
  filters: [{ param: "topic_id", column: "topic_id", op: "eq" }, { param: "from", column: "stat_date", op: "gte" }, {
    param: "to",
    column: "stat_date",
    op: "lte",
  }],
  columns: {
    user_id: column.text(),
    topic_id: column.id(),
    stat_date: column.date(),
    questions_attempted: column.count(),
    questions_correct: column.count(),
    accuracy_rate: column.number(),
    avg_time_to_answer_seconds: column.number().nullable(),
  },
  access: { scope: "person", column: "user_id", param: "user_id", relation: "study_people_of_caller" },
  order: [{ column: "stat_date", direction: "desc" }],
  limit: { param: "limit" },
  shown: "reversed",
  // Each row is of one person.
  minimum_sample: null,
  max_age_seconds: 300,
  formats: ["json", "csv"],
});

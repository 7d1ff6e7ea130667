import { column, defineResource, parameter } from "../../../shared/resource/resource.ts";

export const mastery = defineResource({
  pack: "study",
  name: "mastery",
  view: "topic_mastery",
  through: "named_topic_mastery",
  summary: "The caller's mastery of each topic with its four terms, the weakest first",
  params: {
    topic_id: parameter.id().optional(),
    limit: parameter.wholeNumber({ from: 1, to: 999, otherwise: 50 }),
  },
  filters: [{ param: "topic_id", column: "topic_id", op: "eq" }],
  columns: {
    user_id: column.text(),
    topic_id: column.id(),
    topic_name: column.text(),
    board_exam_weight: column.number(),
    mastery_score: column.number(),
    first_attempt_accuracy: column.number(),
    overall_accuracy: column.number(),
    retrieval_strength: column.number(),
    material_completion: column.number(),
    questions_count: column.count(),
    attempts_count: column.count(),
    stability_days: column.number().nullable(),
    last_answered_at: column.timestamp().nullable(),
    calculated_at: column.timestamp(),
    calculation_version: column.text(),
  },
  access: { scope: "user", column: "user_id", relation: null },
  order: [{ column: "mastery_score", direction: "asc" }, { column: "topic_id", direction: "asc" }],
  limit: { param: "limit" },
  shown: "as_ordered",
  // Each row is of one person.
  minimum_sample: null,
  max_age_seconds: 300,
  formats: ["json", "csv"],
});

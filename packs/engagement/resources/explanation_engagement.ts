import { column, defineResource, parameter } from "../../../shared/resource/resource.ts";

export const explanationEngagement = defineResource({
  pack: "engagement",
  name: "explanation-engagement",
  view: "explanation_engagement",
  through: "named_explanation_engagement",
  reads: ["explained_questions"],
  summary: "How each explanation is read: opens, time spent, helpful verdicts, returning readers; the most read first",
  params: {
    question_id: parameter.id().optional(),
    limit: parameter.wholeNumber({ from: 1, to: 999, otherwise: 200 }),
    cursor: parameter.cursor().optional(),
  },
  filters: [{ param: "question_id", column: "question_id", op: "eq" }],
  columns: {
    question_id: column.id(),
    // Null if the project's question bank has no such question.
    question_text: column.text().nullable(),
    views_count: column.count(),
    learners_count: column.count(),
    // Null if no time was measured, or no verdict given.
    median_dwell_ms: column.number().nullable(),
    helpful_rate: column.number().nullable(),
    revisit_rate: column.number(),
  },
  access: { scope: "admin" },
  order: [
    { column: "views_count", direction: "desc" },
    { column: "question_id", direction: "desc" },
  ],
  limit: { param: "limit" },
  cursor: "cursor",
  shown: "as_ordered",
  minimum_sample: { column: "learners_count", at_least: 5 },
  max_age_seconds: 86_400,
  formats: ["json", "csv"],
});

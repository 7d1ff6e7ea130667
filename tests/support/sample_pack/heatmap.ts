import { column, defineResource, parameter } from "../../../shared/resource/resource.ts";

export const heatmap = defineResource({
  pack: "sample",
  name: "heatmap",
  view: "analytics_heatmap_agg",
  through: "named_heatmap",
  reads: ["question_texts"],
  summary: "The answers to each question in each week, oldest week first: attempts, accuracy, median duration",
  params: {
    week_from: parameter.week().optional(),
    week_to: parameter.week().optional(),
    lesion: parameter.label().optional(),
    topic: parameter.label().optional(),
    limit: parameter.wholeNumber({ from: 1, to: 999, otherwise: 200 }),
    cursor: parameter.cursor().optional(),
  },
  filters: [
    { param: "week_from", column: "week_start", op: "gte" },
    { param: "week_to", column: "week_start", op: "lte" },
    { param: "lesion", column: "lesion", op: "eq" },
    { param: "topic", column: "topic", op: "eq" },
  ],
  columns: {
    question_id: column.id(),
    // The beginning of the text; null if the question was deleted since the last refresh.
    question_text: column.text().nullable(),
    lesion: column.text(),
    topic: column.text(),
    week_start: column.date(),
    attempts: column.count(),
    correct_attempts: column.count(),
    accuracy_rate: column.number(),
    // Null if no duration was measured.
    median_duration_ms: column.number().nullable(),
  },
  access: { scope: "admin" },
  order: [
    { column: "week_start", direction: "asc" },
    { column: "question_id", direction: "asc" },
    { column: "lesion", direction: "asc" },
    { column: "topic", direction: "asc" },
  ],
  limit: { param: "limit" },
  cursor: "cursor",
  shown: "as_ordered",
  minimum_sample: { column: "attempts", at_least: 5 },
  max_age_seconds: 3_600,
  formats: ["json", "csv"],
});

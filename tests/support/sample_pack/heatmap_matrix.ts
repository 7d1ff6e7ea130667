import { column, defineResource, parameter } from "../../../shared/resource/resource.ts";

export const heatmapMatrix = defineResource({
  pack: "sample",
  name: "heatmap/matrix",
  view: "mv_lesion_topic_weeks",
  summary:
    "The heatmap as a table: a row for each lesion and topic, a column for each week, cells where there are answers",
  params: {
    week_from: parameter.week().optional(),
    week_to: parameter.week().optional(),
    lesion: parameter.label().optional(),
    topic: parameter.label().optional(),
    limit: parameter.wholeNumber({ from: 1, to: 5_000, otherwise: 2_000 }),
    cursor: parameter.cursor().optional(),
  },
  filters: [
    { param: "week_from", column: "week_start", op: "gte" },
    { param: "week_to", column: "week_start", op: "lte" },
    { param: "lesion", column: "lesion", op: "eq" },
    { param: "topic", column: "topic", op: "eq" },
  ],
  columns: {
    lesion: column.text(),
    topic: column.text(),
    week_start: column.date(),
    question_count: column.count(),
    attempts: column.count(),
    correct_attempts: column.count(),
    accuracy_rate: column.number(),
    // Null if no duration was measured.
    median_duration_ms: column.number().nullable(),
  },
  access: { scope: "admin" },
  order: [
    { column: "lesion", direction: "asc" },
    { column: "topic", direction: "asc" },
    { column: "week_start", direction: "asc" },
  ],
  // Counts cells: an answer of 5,000 is about half a megabyte.
  limit: { param: "limit" },
  cursor: "cursor",
  shown: "as_ordered",
  pivot: {
    rows: ["lesion", "topic"],
    columns: "week_start",
    cells: ["question_count", "attempts", "correct_attempts", "accuracy_rate", "median_duration_ms"],
  },
  minimum_sample: { column: "attempts", at_least: 5 },
  max_age_seconds: 3_600,
  formats: ["json", "csv"],
});

import { column, defineResource, parameter } from "../../../shared/resource/resource.ts";

export const topics = defineResource({
  pack: "qbank",
  name: "topics",
  view: "question_topics",
  summary: "The topics that questions have, in the spelling that the heatmap filters by",
  params: {
    limit: parameter.wholeNumber({ from: 1, to: 999, otherwise: 200 }),
    cursor: parameter.cursor().optional(),
  },
  filters: [],
  columns: {
    topic: column.text(),
    questions_count: column.count(),
    lesions_count: column.count(),
  },
  access: { scope: "admin" },
  order: [
    { column: "topic", direction: "asc" },
  ],
  limit: { param: "limit" },
  cursor: "cursor",
  shown: "as_ordered",
  // Counts questions, not people.
  minimum_sample: null,
  max_age_seconds: 3600,
  formats: ["json", "csv"],
});

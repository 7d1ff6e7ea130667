import { column, defineResource, parameter } from "../../../shared/resource/resource.ts";

export const topics = defineResource({
  pack: "study",
  name: "topics",
  view: "study_topics",
  summary: "The topics of the curriculum, by name, with their weight in the exam",
  params: { limit: parameter.wholeNumber({ from: 1, to: 999, otherwise: 100 }), cursor: parameter.cursor().optional() },
  filters: [],
  columns: { topic_id: column.id(), name: column.text(), board_exam_weight: column.number() },
  access: { scope: "public" },
  order: [{ column: "name", direction: "asc" }, { column: "topic_id", direction: "asc" }],
  limit: { param: "limit" },
  cursor: "cursor",
  shown: "as_ordered",
  // The curriculum says nothing of people.
  minimum_sample: null,
  max_age_seconds: 300,
  formats: ["json", "csv"],
});

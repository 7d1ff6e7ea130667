import { column, defineResource, parameter } from "../../../shared/resource/resource.ts";

export const gaps = defineResource({
  pack: "study",
  name: "gaps",
  view: "knowledge_gaps",
  through: "named_knowledge_gaps",
  summary: "What the caller should learn next, the most urgent topic first, with the terms of its priority",
  params: { user_id: parameter.subject().optional(), limit: parameter.wholeNumber({ from: 1, to: 50, otherwise: 10 }) },
  filters: [],
  columns: {
    user_id: column.text(),
    topic_id: column.id(),
    topic_name: column.text(),
    priority_score: column.number(),
    gap_score: column.number(),
    board_exam_weight: column.number(),
    prerequisite_impact: column.count(),
    recent_failure_rate: column.number(),
    calculated_at: column.timestamp(),
    calculation_version: column.text(),
  },
  access: { scope: "person", column: "user_id", param: "user_id", relation: "study_people_of_caller" },
  order: [{ column: "priority_score", direction: "desc" }, { column: "topic_id", direction: "asc" }],
  limit: { param: "limit" },
  shown: "as_ordered",
  // Each row is of one person.
  minimum_sample: null,
  max_age_seconds: 300,
  formats: ["json", "csv"],
});

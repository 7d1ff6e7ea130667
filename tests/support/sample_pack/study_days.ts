import { column, defineResource, parameter } from "../../../shared/resource/resource.ts";

export const studyDays = defineResource({
  pack: "sample",
  name: "study-days",
  view: "study_days",
  summary: "The days on which one learner studied, the newest first",
  params: {
    user_id: parameter.subject().optional(),
    from: parameter.day().optional(),
    to: parameter.day().optional(),
    limit: parameter.wholeNumber({ from: 1, to: 999, otherwise: 100 }),
    cursor: parameter.cursor().optional(),
  },
  filters: [
    { param: "from", column: "studied_on", op: "gte" },
    { param: "to", column: "studied_on", op: "lte" },
  ],
  columns: { user_id: column.text(), studied_on: column.date(), sessions_count: column.count() },
  access: { scope: "person", column: "user_id", param: "user_id", relation: "learners_of_tutor" },
  order: [{ column: "studied_on", direction: "desc" }],
  limit: { param: "limit" },
  cursor: "cursor",
  shown: "as_ordered",
  // Each row holds one learner's own day.
  minimum_sample: null,
  max_age_seconds: 300,
  formats: ["json", "csv"],
});

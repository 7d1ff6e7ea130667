import { column, defineResource, parameter } from "../../../shared/resource/resource.ts";

export const materialsProgress = defineResource({
  pack: "study",
  name: "materials/progress",
  view: "material_progress",
  summary: "How far the caller has come in each material, the last read first",
  params: {
    user_id: parameter.subject().optional(),
    topic_id: parameter.id().optional(),
    limit: parameter.wholeNumber({ from: 1, to: 999, otherwise: 50 }),
    cursor: parameter.cursor().optional(),
    total: parameter.flag(),
  },
  filters: [{ param: "topic_id", column: "topic_id", op: "eq" }],
  columns: {
    user_id: column.text(),
    material_id: column.id(),
    title: column.text(),
    topic_id: column.id(),
    progress_rate: column.number(),
    reading_seconds: column.number(),
    opens_count: column.count(),
    first_at: column.timestamp(),
    last_at: column.timestamp(),
    completed_at: column.timestamp().nullable(),
  },
  access: { scope: "person", column: "user_id", param: "user_id", relation: "study_people_of_caller" },
  order: [{ column: "last_at", direction: "desc" }, { column: "material_id", direction: "desc" }],
  limit: { param: "limit" },
  cursor: "cursor",
  total: "total",
  shown: "as_ordered",
  // Each row is of one person.
  minimum_sample: null,
  max_age_seconds: 300,
  formats: ["json", "csv"],
});

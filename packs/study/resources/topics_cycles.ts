import { column, defineResource, parameter } from "../../../shared/resource/resource.ts";

export const topicsCycles = defineResource({
  pack: "study",
  name: "topics/cycles",
  view: "topic_prerequisite_cycles",
  summary: "Topics that are prerequisites of themselves, directly or through others, by circle",
  params: { limit: parameter.wholeNumber({ from: 1, to: 999, otherwise: 100 }) },
  filters: [],
  columns: {
    topic_id: column.id(),
    name: column.text(),
    // The least topic id of the circle.
    cycle_id: column.id(),
    topics_count: column.count(),
  },
  access: { scope: "admin" },
  order: [{ column: "cycle_id", direction: "asc" }, { column: "topic_id", direction: "asc" }],
  limit: { param: "limit" },
  shown: "as_ordered",
  // The curriculum says nothing of people.
  minimum_sample: null,
  max_age_seconds: 300,
  formats: ["json", "csv"],
});

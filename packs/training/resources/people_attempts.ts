import { column, defineResource, parameter } from "../../../shared/resource/resource.ts";

export const peopleAttempts = defineResource({
  pack: "training",
  name: "people/attempts",
  view: "people_attempts",
  reads: ["people_of_manager"],
  summary: "The attempts of a manager's people, including those that were not completed, the newest first",
  params: {
    from: parameter.day().optional(),
    to: parameter.day().optional(),
    scenario_id: parameter.id().optional(),
    user_id: parameter.subject().optional(),
    status: parameter.oneOf(["all", "started", "completed", "abandoned"], "all"),
    limit: parameter.wholeNumber({ from: 1, to: 999, otherwise: 50 }),
    cursor: parameter.cursor().optional(),
    total: parameter.flag(),
  },
  filters: [
    { param: "from", column: "started_on", op: "gte" },
    { param: "to", column: "started_on", op: "lte" },
    { param: "scenario_id", column: "scenario_id", op: "eq" },
    { param: "user_id", column: "user_id", op: "eq" },
    {
      param: "status",
      column: "status",
      op: "eq",
      values: { all: null, started: "started", completed: "completed", abandoned: "abandoned" },
    },
  ],
  columns: {
    attempt_id: column.id(),
    org_id: column.id(),
    user_id: column.text(),
    user_name: column.text().nullable(),
    scenario_id: column.id().nullable(),
    scenario_title: column.text().nullable(),
    difficulty: column.text().nullable(),
    category: column.text().nullable(),
    status: column.category(["started", "completed", "abandoned"]),
    score: column.number().nullable(),
    duration_seconds: column.count().nullable(),
    started_on: column.date(),
    started_at: column.timestamp(),
    ended_at: column.timestamp().nullable(),
    // The application's id of the feedback on the attempt; null if there is none yet.
    feedback_id: column.text().nullable(),
  },
  // For managers only: their people are few. An admin reads the whole organisation at /training/attempts.
  access: { scope: "member", org: "org_id", column: "user_id", rows: { manager: "people_of_manager" } },
  order: [
    { column: "started_at", direction: "desc" },
    { column: "attempt_id", direction: "desc" },
  ],
  limit: { param: "limit" },
  cursor: "cursor",
  total: "total",
  shown: "as_ordered",
  // Each row is one attempt of one person.
  minimum_sample: null,
  max_age_seconds: 300,
  formats: ["json", "csv"],
});

import { column, defineResource, parameter } from "../../../shared/resource/resource.ts";

export const meAttempts = defineResource({
  pack: "training",
  name: "me/attempts",
  view: "attempt_list",
  summary: "The caller's own last attempts, the newest first",
  params: {
    from: parameter.day().optional(),
    to: parameter.day().optional(),
    scenario_id: parameter.id().optional(),
    limit: parameter.wholeNumber({ from: 1, to: 999, otherwise: 5 }),
    cursor: parameter.cursor().optional(),
    total: parameter.flag(),
  },
  filters: [
    { param: "from", column: "started_on", op: "gte" },
    { param: "to", column: "started_on", op: "lte" },
    { param: "scenario_id", column: "scenario_id", op: "eq" },
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
    score: column.number().nullable(),
    duration_seconds: column.count().nullable(),
    talk_ms: column.count().nullable(),
    listen_ms: column.count().nullable(),
    started_on: column.date(),
    started_at: column.timestamp(),
    ended_at: column.timestamp().nullable(),
    // The application's id of the feedback on the attempt; null if there is none yet.
    feedback_id: column.text().nullable(),
  },
  access: { scope: "member", org: "org_id", column: "user_id", rows: { admin: "own", manager: "own", trainee: "own" } },
  order: [
    { column: "started_on", direction: "desc" },
    { column: "started_at", direction: "desc" },
    { column: "attempt_id", direction: "desc" },
  ],
  limit: { param: "limit" },
  cursor: "cursor",
  total: "total",
  shown: "as_ordered",
  // The caller's own rows.
  minimum_sample: null,
  max_age_seconds: 300,
  formats: ["json", "csv"],
});

import { column, defineResource, parameter } from "../../../shared/resource/resource.ts";

export const sessions = defineResource({
  pack: "study",
  name: "sessions",
  view: "study_session_list",
  reading: "study_sessions",
  clock: "day",
  summary: "The caller's sessions of the days up to today, the newest first",
  params: {
    user_id: parameter.subject().optional(),
    days: parameter.wholeNumber({ from: 1, to: 366, otherwise: 30 }),
    limit: parameter.wholeNumber({ from: 1, to: 999, otherwise: 50 }),
    cursor: parameter.cursor().optional(),
    total: parameter.flag(),
  },
  filters: [],
  columns: {
    // The stored hash of the client's session id.
    session_id: column.text(),
    user_id: column.text(),
    started_on: column.date(),
    started_at: column.timestamp(),
    last_event_at: column.timestamp(),
    ended_at: column.timestamp().nullable(),
    study_seconds: column.count(),
    events_count: column.count(),
    questions_attempted: column.count(),
    questions_correct: column.count(),
    materials_viewed: column.count(),
    device_type: column.text().nullable(),
  },
  access: { scope: "person", column: "user_id", param: "user_id", relation: "study_people_of_caller" },
  order: [{ column: "started_at", direction: "desc" }, { column: "session_id", direction: "desc" }],
  limit: { param: "limit" },
  cursor: "cursor",
  total: "total",
  shown: "as_ordered",
  // Each row is of one person.
  minimum_sample: null,
  max_age_seconds: 300,
  formats: ["json", "csv"],
});

import { column, defineResource, parameter } from "../../../shared/resource/resource.ts";

export const meScoreTrend = defineResource({
  pack: "training",
  name: "me/score-trend",
  view: "fact_scenario_attempts",
  reading: "training_my_score_trend",
  clock: "day",
  summary:
    "The caller's own average score on each of the days up to today, or up to another day, oldest first; days without an attempt included",
  params: {
    to: parameter.day().optional(),
    days: parameter.wholeNumber({ from: 1, to: 366, otherwise: 30 }),
  },
  filters: [],
  columns: {
    org_id: column.id(),
    user_id: column.text(),
    active_on: column.date(),
    attempts_count: column.count(),
    avg_score: column.number().nullable(),
    scored_count: column.count(),
  },
  access: { scope: "member", org: "org_id", column: "user_id", rows: { admin: "own", manager: "own", trainee: "own" } },
  order: [{ column: "active_on", direction: "asc" }],
  limit: 366,
  shown: "as_ordered",
  // The caller's own rows, and the average comes with its number of attempts.
  minimum_sample: null,
  max_age_seconds: 300,
  formats: ["json", "csv"],
});

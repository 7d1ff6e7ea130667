import { column, defineResource, parameter } from "../../resource/resource.ts";

export const reviewSessionUsage = defineResource({
  pack: "engagement",
  name: "review-session-usage",
  view: "review_session_usage",
  summary: "Reviews in the latest weeks that had any, oldest first",
  params: { weeks: parameter.wholeNumber({ from: 1, to: 520, otherwise: 12 }) },
  filters: [],
  columns: {
    week_start: column.date(),
    sessions_count: column.count(),
    learners_count: column.count(),
    cards_reviewed_count: column.count(),
    completion_rate: column.number(),
  },
  access: { scope: "admin" },
  order: [{ column: "week_start", direction: "desc" }],
  limit: { param: "weeks" },
  shown: "reversed",
  minimum_sample: { column: "learners_count", at_least: 5 },
  max_age_seconds: 86_400,
  formats: ["json", "csv"],
});

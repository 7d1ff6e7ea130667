import { column, defineResource, parameter } from "../../resource/resource.ts";

export const timeToFirstWin = defineResource({
  pack: "arena",
  name: "time-to-first-win",
  view: "mv_time_to_first_win",
  summary: "How many days agents need from their first submission to their first win, by challenge",
  params: { challenge_id: parameter.id().optional() },
  filters: [{ param: "challenge_id", column: "challenge_id", op: "eq" }],
  columns: {
    challenge_id: column.id(),
    challenge_title: column.text(),
    agents_with_win: column.count(),
    avg_days_to_first_win: column.number(),
  },
  access: { scope: "public" },
  order: [{ column: "challenge_id", direction: "asc" }],
  limit: 1_000,
  shown: "as_ordered",
  minimum_sample: { column: "agents_with_win", at_least: 5 },
  max_age_seconds: 86_400,
  formats: ["json", "csv"],
});

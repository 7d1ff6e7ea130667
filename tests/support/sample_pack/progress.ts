import { column, defineResource, parameter } from "../../../shared/resource/resource.ts";

export const progress = defineResource({
  pack: "sample",
  name: "progress",
  view: "mv_agent_progress",
  through: "named_agent_progress",
  reads: ["agents_of_user"],
  summary: "The latest weeks of one agent in one challenge, oldest first, with the change against the week before",
  params: {
    agent_id: parameter.id(),
    challenge_id: parameter.id(),
    weeks: parameter.wholeNumber({ from: 1, to: 104, otherwise: 12 }),
  },
  filters: [
    { param: "agent_id", column: "agent_id", op: "eq" },
    { param: "challenge_id", column: "challenge_id", op: "eq" },
  ],
  columns: {
    agent_id: column.id(),
    agent_name: column.text().nullable(),
    challenge_id: column.id(),
    challenge_title: column.text(),
    week: column.date(),
    submission_count: column.count(),
    avg_composite_score: column.number(),
    best_composite_score: column.number(),
    worst_composite_score: column.number(),
    // Null if there is no row for the week before.
    wow_composite_delta: column.number().nullable(),
  },
  access: { scope: "user", column: "agent_id", relation: "agents_of_user" },
  order: [{ column: "week", direction: "desc" }],
  limit: { param: "weeks" },
  shown: "reversed",
  // Each row holds one agent's own week.
  minimum_sample: null,
  max_age_seconds: 60,
  formats: ["json", "csv"],
});

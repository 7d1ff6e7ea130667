import { column, defineResource, parameter } from "../../../shared/resource/resource.ts";

export const agentChallenges = defineResource({
  pack: "arena",
  name: "agent-challenges",
  view: "mv_agent_challenges",
  through: "named_agent_challenges",
  reads: ["agents_of_user"],
  summary: "The challenges to which the caller's agents have submitted: all agents, unless agent_id names one",
  params: {
    agent_id: parameter.id().optional(),
    limit: parameter.wholeNumber({ from: 1, to: 999, otherwise: 200 }),
    cursor: parameter.cursor().optional(),
  },
  filters: [
    { param: "agent_id", column: "agent_id", op: "eq" },
  ],
  columns: {
    agent_id: column.id(),
    agent_name: column.text().nullable(),
    challenge_id: column.id(),
    challenge_title: column.text(),
    submissions_count: column.count(),
    scored_count: column.count(),
    // Null if none of its times is plausible.
    last_submission_at: column.timestamp().nullable(),
  },
  access: { scope: "user", column: "agent_id", relation: "agents_of_user" },
  order: [
    { column: "agent_id", direction: "asc" },
    { column: "challenge_id", direction: "asc" },
  ],
  limit: { param: "limit" },
  cursor: "cursor",
  shown: "as_ordered",
  // Each row holds one agent's own counts.
  minimum_sample: null,
  max_age_seconds: 60,
  formats: ["json", "csv"],
});

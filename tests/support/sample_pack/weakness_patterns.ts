import { column, defineResource, parameter } from "../../../shared/resource/resource.ts";

export const weaknessPatterns = defineResource({
  pack: "sample",
  name: "weakness-patterns",
  view: "mv_weakness_patterns",
  through: "named_weakness_patterns",
  reads: ["agents_of_user"],
  summary: "Where one agent keeps scoring below the field, weakest lanes first, with the trend of its scores",
  params: {
    agent_id: parameter.id(),
    challenge_id: parameter.id().optional(),
    category: parameter.oneOf(["weak", "all"], "weak"),
    limit: parameter.wholeNumber({ from: 1, to: 1_000, otherwise: 20 }),
  },
  filters: [
    { param: "agent_id", column: "agent_id", op: "eq" },
    { param: "challenge_id", column: "challenge_id", op: "eq" },
    {
      param: "category",
      column: "performance_category",
      op: "in",
      values: { weak: ["persistent_weakness", "below_median"], all: null },
    },
  ],
  columns: {
    agent_id: column.id(),
    agent_name: column.text().nullable(),
    challenge_id: column.id(),
    challenge_title: column.text(),
    lane_key: column.text(),
    attempt_count: column.count(),
    avg_score: column.number(),
    min_score: column.number(),
    max_score: column.number(),
    // Null if all attempts have the same time: a regression line needs two times.
    score_trend_slope: column.number().nullable(),
    score_trend_per_day: column.number().nullable(),
    performance_category: column.category(["persistent_weakness", "below_median", "average", "consistent_strength"]),
    challenge_p25: column.number(),
    challenge_p50: column.number(),
    challenge_p75: column.number(),
    challenge_sample_count: column.count(),
  },
  access: { scope: "user", column: "agent_id", relation: "agents_of_user" },
  order: [
    { column: "avg_score", direction: "asc" },
    { column: "challenge_id", direction: "asc" },
    { column: "lane_key", direction: "asc" },
  ],
  limit: { param: "limit" },
  shown: "as_ordered",
  // The row is one agent's own, but its percentiles come from all agents, so they need the minimum sample.
  minimum_sample: { column: "challenge_sample_count", at_least: 5 },
  // The owner of an agent can change without a refresh, so an answer is reused no longer than a verified token.
  max_age_seconds: 60,
  formats: ["json", "csv"],
});

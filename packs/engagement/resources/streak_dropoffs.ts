import { column, defineResource } from "../../../shared/resource/resource.ts";

export const streakDropoffs = defineResource({
  pack: "engagement",
  name: "streak-dropoffs",
  view: "streak_dropoffs",
  summary: "After how many consecutive active days learners stop, by length of the streak",
  params: {},
  filters: [],
  columns: {
    streak_days: column.count(),
    reached_count: column.count(),
    ended_count: column.count(),
    dropoff_rate: column.number(),
  },
  access: { scope: "admin" },
  order: [{ column: "streak_days", direction: "asc" }],
  limit: 1_000,
  shown: "as_ordered",
  // Counts over all learners; without its rows of few streaks the table would not add up.
  minimum_sample: null,
  max_age_seconds: 86_400,
  formats: ["json", "csv"],
});

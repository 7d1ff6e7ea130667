import { column, defineResource, parameter } from "../../resource/resource.ts";

export const challenges = defineResource({
  pack: "arena",
  name: "challenges",
  view: "mv_challenges",
  summary:
    "The challenges that have scores, with the number of their lanes and of those that lane-distributions holds back",
  params: {
    challenge_id: parameter.id().optional(),
    limit: parameter.wholeNumber({ from: 1, to: 999, otherwise: 200 }),
    cursor: parameter.cursor().optional(),
  },
  filters: [
    { param: "challenge_id", column: "challenge_id", op: "eq" },
  ],
  columns: {
    challenge_id: column.id(),
    title: column.text(),
    lanes_count: column.count(),
    withheld_lanes_count: column.count(),
    samples_of_fullest_lane_count: column.count(),
    last_submission_at: column.timestamp(),
  },
  access: { scope: "public" },
  order: [
    { column: "challenge_id", direction: "asc" },
  ],
  limit: { param: "limit" },
  cursor: "cursor",
  shown: "as_ordered",
  // Who may be seen in no lane is not told of in the list either: what is left out has nothing to show.
  minimum_sample: { column: "samples_of_fullest_lane_count", at_least: 5 },
  max_age_seconds: 86400,
  formats: ["json", "csv"],
});

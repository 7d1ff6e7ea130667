import { column, defineResource, parameter } from "../../../shared/resource/resource.ts";

export const challenges = defineResource({
  pack: "arena",
  name: "challenges",
  view: "mv_challenges",
  summary:
    "The challenges that have scores, with the number of their lanes and how many of these lane-distributions withholds",
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
  // A challenge with too few samples in every lane is left out here too: lane-distributions would show nothing of it.
  minimum_sample: { column: "samples_of_fullest_lane_count", at_least: 5 },
  max_age_seconds: 86400,
  formats: ["json", "csv"],
});

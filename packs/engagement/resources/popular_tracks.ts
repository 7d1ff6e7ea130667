import { column, defineResource, parameter } from "../../../shared/resource/resource.ts";

export const popularTracks = defineResource({
  pack: "engagement",
  name: "popular-tracks",
  view: "popular_tracks",
  summary: "Tracks by their number of learners, the most popular first",
  params: { top: parameter.wholeNumber({ from: 1, to: 1_000, otherwise: 100 }) },
  filters: [],
  columns: {
    track_id: column.id(),
    title: column.text(),
    learners_count: column.count(),
    sessions_count: column.count(),
    completed_quizzes_count: column.count(),
    total_seconds: column.count(),
    popularity_rank: column.count(),
  },
  access: { scope: "admin" },
  order: [
    { column: "popularity_rank", direction: "asc" },
    { column: "track_id", direction: "asc" },
  ],
  limit: { param: "top" },
  shown: "as_ordered",
  // Plain counts: no average, no distribution.
  minimum_sample: null,
  max_age_seconds: 86_400,
  formats: ["json", "csv"],
});

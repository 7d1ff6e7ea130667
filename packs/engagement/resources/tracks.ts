import { column, defineResource, parameter } from "../../../shared/resource/resource.ts";

export const tracks = defineResource({
  pack: "engagement",
  name: "tracks",
  view: "named_tracks",
  summary: "All tracks by title",
  params: {
    limit: parameter.wholeNumber({ from: 1, to: 999, otherwise: 200 }),
    cursor: parameter.cursor().optional(),
  },
  filters: [],
  columns: {
    track_id: column.id(),
    title: column.text(),
  },
  access: { scope: "admin" },
  order: [
    { column: "track_id", direction: "asc" },
  ],
  limit: { param: "limit" },
  cursor: "cursor",
  shown: "as_ordered",
  // A list of names, without figures.
  minimum_sample: null,
  max_age_seconds: 3600,
  formats: ["json", "csv"],
});

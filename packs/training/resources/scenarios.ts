import { column, defineResource, parameter } from "../../../shared/resource/resource.ts";

export const scenarios = defineResource({
  pack: "training",
  name: "scenarios",
  view: "dim_scenarios",
  summary: "The scenarios of an organisation: title, difficulty, category",
  params: {
    org_id: parameter.id().optional(),
    category: parameter.label().optional(),
    limit: parameter.wholeNumber({ from: 1, to: 999, otherwise: 200 }),
    cursor: parameter.cursor().optional(),
  },
  filters: [
    { param: "org_id", column: "org_id", op: "eq" },
    { param: "category", column: "category", op: "eq" },
  ],
  columns: {
    org_id: column.id(),
    scenario_id: column.id(),
    title: column.text(),
    difficulty: column.text().nullable(),
    category: column.text().nullable(),
  },
  // The same as row level security: every member may read the catalogue, whatever their role.
  access: { scope: "org", column: "org_id", relation: null },
  order: [
    { column: "org_id", direction: "asc" },
    { column: "scenario_id", direction: "asc" },
  ],
  limit: { param: "limit" },
  cursor: "cursor",
  shown: "as_ordered",
  // A list of names, without figures.
  minimum_sample: null,
  max_age_seconds: 300,
  formats: ["json", "csv"],
});

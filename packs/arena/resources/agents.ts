import { column, defineResource, parameter } from "../../../shared/resource/resource.ts";

export const agents = defineResource({
  pack: "arena",
  name: "agents",
  view: "named_agents",
  reads: ["agents_of_user"],
  summary: "The caller's own agents by name",
  params: {
    limit: parameter.wholeNumber({ from: 1, to: 999, otherwise: 200 }),
    cursor: parameter.cursor().optional(),
  },
  filters: [],
  columns: {
    agent_id: column.id(),
    name: column.text(),
  },
  access: { scope: "user", column: "agent_id", relation: "agents_of_user" },
  order: [
    { column: "agent_id", direction: "asc" },
  ],
  limit: { param: "limit" },
  cursor: "cursor",
  shown: "as_ordered",
  // A list of names, without figures.
  minimum_sample: null,
  max_age_seconds: 60,
  formats: ["json", "csv"],
});

import type { NewView } from "./names.ts";

/** A view's resource: how it is asked for, checked, cached, and who may read it. It fits the migration beside it. */
export function resourceSource({ pack, view, resource, constant }: NewView): string {
  return `import { column, defineResource, parameter } from "../../resource/resource.ts";

export const ${constant} = defineResource({
  pack: "${pack}",
  name: "${resource}",
  view: "${view}",
  summary: "Scored submissions of one challenge by UTC day, oldest first",
  params: {
    challenge_id: parameter.id(),
    days: parameter.wholeNumber({ from: 1, to: 366, otherwise: 30 }),
  },
  filters: [{ param: "challenge_id", column: "challenge_id", op: "eq" }],
  columns: {
    challenge_id: column.id(),
    day: column.date(),
    sample_count: column.count(),
    avg_composite_score: column.number(),
  },
  access: { scope: "public" },
  order: [{ column: "day", direction: "desc" }],
  limit: { param: "days" },
  shown: "reversed",
  minimum_sample: { column: "sample_count", at_least: 5 },
  max_age_seconds: 86_400,
  formats: ["json", "csv"],
});
`;
}

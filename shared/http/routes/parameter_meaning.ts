import { z } from "zod";
import type { Filter } from "../../resource/definition.ts";
import type { Resource } from "../../resource/resource.ts";

const MEANINGS: Readonly<Record<Filter["op"], string>> = {
  eq: "is this",
  in: "is among the values of this word",
  gte: "is this or later",
  lte: "is this or earlier",
  gt: "is later than this",
  lt: "is earlier than this",
};

/** Of parameters that no filter uses: what their names stand for in every pack. */
const COMPUTED: Readonly<Record<string, string>> = {
  from: "The first day of the period.",
  to: "The last day of the period.",
  days: "How many days the period has.",
  month: "The month that is asked about.",
  year: "The year that is asked about.",
};

/** What a parameter does, in a sentence for the catalog and the OpenAPI document, from the resource's definition. */
export function meaningOf(resource: Resource, name: string): string {
  if (name === resource.cursor) return "`next_cursor` of the previous page. It is valid with the same filters only.";
  if (resource.access.scope === "person" && name === resource.access.param) {
    return "Whose rows: another person's, for a caller that may read them, and then no cache is used. Left out, or the " +
      "caller's own id: the caller's own rows. The secret key has to send it.";
  }
  if (name === resource.total) return "Whether `meta.total_count` counts the rows of all pages.";
  if (typeof resource.limit === "object" && name === resource.limit.param) {
    return resource.cursor === undefined ? "The largest number of rows." : "The largest number of rows of a page.";
  }
  const filters = resource.filters.filter(({ param }) => param === name);
  if (filters.length === 0) return COMPUTED[name] ?? "The answer is computed with this value.";
  const sentences = filters.map(({ column, op }) => `Only rows whose \`${column}\` ${MEANINGS[op]}.`);
  const schema = resource.params.shape[name];
  const is_week = schema !== undefined && standsForWeek(schema);
  return [...sentences, ...(is_week ? ["Any day stands for the Monday of its ISO week."] : [])].join(" ");
}

/** Whether the schema maps a day to its Monday, tried with 2026-01-07, a Wednesday. */
function standsForWeek(schema: z.core.$ZodType): boolean {
  return z.safeParse(schema, "2026-01-07").data === "2026-01-05";
}

import { z } from "zod";
import type { Resource } from "../../shared/core/resource.ts";
import type { FakeRow } from "./fake_source.ts";
import { id } from "./sample_rows.ts";

/** The JSON schema of one column or parameter, as far as samples need it. */
const shape = z.looseObject({
  /** A nullable column has two types: its own comes first. */
  type: z.union([z.string(), z.array(z.string()).transform(([first]) => first)]).optional(),
  format: z.string().optional(),
  enum: z.array(z.string()).optional(),
  anyOf: z.array(z.unknown()).optional(),
});

function schemaOf(schema: z.core.$ZodType): z.output<typeof shape> {
  const found = shape.parse(z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }));
  const [first] = found.anyOf ?? [];
  return first === undefined ? found : shape.parse(first);
}

/** A value that the schema takes; `seed` makes it one of several. */
function sampleOf(schema: z.core.$ZodType, seed: number): unknown {
  const { type, format, enum: words } = schemaOf(schema);
  if (words !== undefined) return words[seed % words.length];
  if (format === "uuid") return id(1 + seed);
  if (format === "date") return `2026-11-${String(10 + seed).padStart(2, "0")}`;
  if (format === "date-time") return `2026-11-20T10:00:${String(10 + seed)}.123456+00:00`;
  if (type === "integer") return 100 + seed;
  if (type === "number") return seed + 0.25;
  if (type === "boolean") return seed % 2 === 0;
  return `text ${seed}`;
}

/** A row that fits the resource. Rows of one owner share the column that access goes by. */
export function sampleRow(resource: Resource, seed: number): FakeRow {
  const cells = Object.entries(resource.row.shape).map(([name, schema]) => [name, sampleOf(schema, seed)] as const);
  return Object.fromEntries(cells);
}

/** The least query that the resource takes: its required parameters, aimed at the row. */
export function sampleQuery(resource: Resource, row: FakeRow): Record<string, string> {
  const required = Object.entries(resource.params.shape).filter(([, schema]) =>
    !z.safeParse(schema, undefined).success
  );
  return Object.fromEntries(required.map(([name, schema]) => {
    const filter = resource.filters.find(({ param }) => param === name);
    const held = filter === undefined ? undefined : row[filter.column];
    return [name, String(held ?? sampleOf(schema, 1))];
  }));
}

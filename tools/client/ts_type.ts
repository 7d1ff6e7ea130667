import type { Json } from "../openapi/json.ts";

/** The TypeScript type of a JSON schema. @throws Error for a keyword that is not supported here. */
export function tsTypeOf(schema: Json): string {
  const { type, anyOf, enum: words } = schema;
  if (Array.isArray(words)) return words.map((word) => JSON.stringify(word)).join(" | ");
  if (Array.isArray(anyOf)) return anyOf.map(tsTypeOf).join(" | ");
  if (Array.isArray(type)) return type.map((one) => tsTypeOf({ ...schema, type: one })).join(" | ");
  const known = TYPES[String(type)];
  if (known === undefined) throw new Error(`No TypeScript type is known for ${JSON.stringify(schema)}`);
  return known;
}

const TYPES: Readonly<Record<string, string>> = {
  string: "string",
  integer: "number",
  number: "number",
  boolean: "boolean",
  null: "null",
};

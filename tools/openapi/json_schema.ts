import { z } from "zod";
import type { Json } from "./json.ts";

/**
 * The JSON schema of a zod schema, without zod's own keywords. `io` chooses the side of a transformation: rows use the
 * input, which describes them as they are served.
 */
export function jsonSchemaOf(schema: z.core.$ZodType, io: "input" | "output" = "input"): Json {
  const { $schema: _, ...shown } = z.toJSONSchema(schema, {
    io,
    unrepresentable: "any",
    override({ jsonSchema }) {
      // The format says the same as zod's long pattern, and readers know it.
      if (jsonSchema.format !== undefined) delete jsonSchema.pattern;
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
    },
  });
  return shown;
}

/**
 * A query parameter's schema. A number or a flag is text in a URL, but the document shows it as a number or a boolean.
 */
export function parameterSchemaOf(schema: z.core.$ZodType): Json {
  const written = jsonSchemaOf(schema);
  const meant = z.safeParse(schema, "true").data === true ? { type: "boolean" } : jsonSchemaOf(schema, "output");
  if (meant.type !== "integer" && meant.type !== "boolean") return written;
  return { ...meant, ...(written.default === undefined ? {} : { default: JSON.parse(String(written.default)) }) };
}

import { z } from "zod";
import type { Json } from "./json.ts";

/**
 * A schema of the code as the document shows it: what a caller sends or receives, without zod's spelling of it. `io`
 * says which side of a transformation: rows are shown as they are served, which their input describes.
 */
export function jsonSchemaOf(schema: z.core.$ZodType, io: "input" | "output" = "input"): Json {
  const { $schema: _, ...shown } = z.toJSONSchema(schema, {
    io,
    unrepresentable: "any",
    override({ jsonSchema }) {
      // A format says the same as zod's long pattern for it, and readers know it.
      if (jsonSchema.format !== undefined) delete jsonSchema.pattern;
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
    },
  });
  return shown;
}

/** A query parameter's schema: a number or a flag is text in a URL, and itself to everybody who writes one. */
export function parameterSchemaOf(schema: z.core.$ZodType): Json {
  const written = jsonSchemaOf(schema);
  const meant = z.safeParse(schema, "true").data === true ? { type: "boolean" } : jsonSchemaOf(schema, "output");
  if (meant.type !== "integer" && meant.type !== "boolean") return written;
  return { ...meant, ...(written.default === undefined ? {} : { default: JSON.parse(String(written.default)) }) };
}

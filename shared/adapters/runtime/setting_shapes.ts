import { z } from "zod";

/** A variable whose text is JSON. */
export function json<Schema extends z.ZodType>(schema: Schema) {
  return z.string().transform((text, context) => {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      context.addIssue({ code: "custom", message: "must be JSON" });
      return z.NEVER;
    }
  }).pipe(schema);
}

/** Parts separated by commas. */
export function list<Schema extends z.ZodType<unknown, string>>(item: Schema) {
  return z.string().transform((text) => text.split(",").map((part) => part.trim())).pipe(z.array(item).min(1));
}

const jwk = z.looseObject({ kty: z.string() });

/** A set of token keys, also as a bare list. */
export const jwks = z.union([
  z.object({ keys: z.array(jwk) }),
  z.array(jwk).transform((list) => ({ keys: list })),
], { error: 'must be a key set like {"keys":[…]}' });

/** A JSON object in the document. */
export type Json = { readonly [name: string]: unknown };

/** A reference to a component of the document: ref("headers", "Age"). */
export function ref(kind: "schemas" | "parameters" | "headers" | "responses", name: string): Json {
  return { $ref: `#/components/${kind}/${name}` };
}

import { z } from "zod";
import { checkDefinition } from "./check_definition.ts";

import type { ResourceDefinition } from "./definition.ts";

export { column } from "./column.ts";
export type * from "./definition.ts";
export { parameter } from "./parameter.ts";

export interface Resource<Params extends z.ZodRawShape = z.ZodRawShape, Columns extends z.ZodRawShape = z.ZodRawShape>
  extends Omit<ResourceDefinition<Params, Columns>, "params" | "columns"> {
  readonly params: z.ZodObject<Params, z.core.$strict>;
  readonly row: z.ZodObject<Columns, z.core.$strict>;
  readonly columns: readonly string[];
}

/**
 * Declares a resource. Unknown parameters and undeclared columns are refused.
 *
 * @throws Error if the definition contradicts itself (a filter on a parameter that does not exist, for instance).
 */
export function defineResource<const Params extends z.ZodRawShape, const Columns extends z.ZodRawShape>(
  definition: ResourceDefinition<Params, Columns>,
): Resource<Params, Columns> {
  checkDefinition(definition);
  return {
    ...definition,
    params: z.strictObject(definition.params),
    row: z.strictObject(definition.columns),
    columns: Object.keys(definition.columns),
  };
}

/** `<pack>/<name>`: unique among all packs, and the resource's path under the function. */
export function fullName(resource: Resource): string {
  return `${resource.pack}/${resource.name}`;
}

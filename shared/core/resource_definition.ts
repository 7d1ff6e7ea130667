import type { ResourceDefinition } from "./resource.ts";
import type { z } from "zod";

const PACK = /^[a-z][a-z0-9_]{0,30}$/;
const NAME = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/;
const VIEW = /^[a-z][a-z0-9_]{0,62}$/;

/** Refuses a definition that contradicts itself, when the module is loaded and not when the first caller arrives. */
export function checkDefinition(definition: ResourceDefinition<z.ZodRawShape, z.ZodRawShape>): void {
  const where = `${definition.pack}/${definition.name}`;
  const params = new Set(Object.keys(definition.params));
  const columns = new Set(Object.keys(definition.columns));

  function must(holds: boolean, fault: string): void {
    if (!holds) throw new Error(`Invalid resource "${where}": ${fault}`);
  }

  must(PACK.test(definition.pack), "the pack is lower case letters, digits and underscores, like arena");
  must(NAME.test(definition.name), "the name is lower case words joined by hyphens, like lane-distributions");
  must(VIEW.test(definition.view), `view "${definition.view}" is no plain view name, like mv_lane_score_distribution`);
  must(columns.size > 0, "it has no columns");
  must(!params.has("format"), 'the parameter "format" belongs to every resource; choose another name');
  for (const filter of definition.filters) {
    must(params.has(filter.param), `a filter names the parameter "${filter.param}", which is not among params`);
  }
  must(definition.order.length > 0, "without an order two reads of one version may differ; order by the view's key");
  for (const { column } of definition.order) {
    must(columns.has(column), `it is ordered by "${column}", which is not among columns`);
  }
  const { limit } = definition;
  must(
    typeof limit === "number" ? Number.isInteger(limit) && limit > 0 : params.has(limit.param),
    "the limit is neither a positive whole number nor a parameter",
  );
  must(definition.max_age_seconds > 0, "max_age_seconds is not positive");
  must(definition.formats.includes("json"), 'every resource serves "json"');
  if ("column" in definition.access) {
    const { column } = definition.access;
    must(columns.has(column), `access goes by "${column}", which is not among columns, so rows could not be checked`);
  }
}

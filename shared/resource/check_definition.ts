import type { Access, ResourceDefinition } from "./definition.ts";
import { z } from "zod";

type Definition = ResourceDefinition<z.ZodRawShape, z.ZodRawShape>;

const PACK = /^[a-z][a-z0-9_]{0,30}$/;
const NAME = /^[a-z][a-z0-9]*(?:[-/][a-z0-9]+)*$/;
const VIEW = /^[a-z][a-z0-9_]{0,62}$/;

/** Whether a column can be part of a cursor: never null, never a fraction that JSON would round. */
function isPlace(schema: z.core.$ZodType): boolean {
  const { type } = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
  return (type === "string" || type === "integer") && !z.safeParse(schema, null).success;
}

/** Faults of `access`: a column that rows cannot be checked by, or a relation whose changes would go unnoticed. */
function accessFaults(access: Access, columns: ReadonlySet<string>, reads: readonly string[]): string[] {
  const named = access.scope === "member" ? [access.org, access.column] : "column" in access ? [access.column] : [];
  const faults = named
    .filter((column) => column !== null && !columns.has(column))
    .map((column) => `access goes by "${column}", which is not among columns, so rows could not be checked`);
  const kinds = access.scope === "member" ? Object.values(access.rows) : [];
  if (access.scope === "member" && kinds.length === 0) faults.push("its access names no role");
  if (access.scope === "member" && access.column === null && kinds.some((kind) => kind !== "org")) {
    faults.push("some rows are a person's, and access names no column of the person");
  }
  if (access.scope === "person") return faults;
  const relations = "relation" in access ? [access.relation] : kinds.filter((kind) => kind !== "org" && kind !== "own");
  const unseen = relations.filter((relation) => relation !== null && !reads.includes(relation));
  return [...faults, ...unseen.map((relation) => `"${relation}" changes at any time, so it must be among reads`)];
}

/**
 * Faults of the parameter that names another person: a filter on it would narrow the caller's own rows instead, and a
 * required one would refuse the caller's own.
 */
function personFaults({ access, params, filters }: Pick<Definition, "access" | "params" | "filters">): string[] {
  if (access.scope !== "person") return [];
  const { param, relation } = access;
  const schema = params[param];
  if (schema === undefined) return [`another person is named by "${param}", which is not among params`];
  const left_out = z.safeParse(schema, undefined);
  return [
    ...(left_out.success && left_out.data === undefined ? [] : [`"${param}" names another person, so it is optional`]),
    ...filters.filter((filter) => filter.param === param)
      .map(() => `"${param}" names another person: access decides by it, and a filter must not`),
    ...(VIEW.test(relation) ? [] : [`the relation "${relation}" is no plain name, like people_of_tutor`]),
  ];
}

/**
 * Refuses a definition that contradicts itself when its module is loaded, not when the first request arrives.
 *
 * @throws Error that names the resource and its first fault
 */
export function checkDefinition(definition: Definition): void {
  const where = `${definition.pack}/${definition.name}`;
  const params = new Set(Object.keys(definition.params));
  const columns = new Set(Object.keys(definition.columns));

  function must(holds: boolean, fault: string): void {
    if (!holds) throw new Error(`Invalid resource "${where}": ${fault}`);
  }

  must(PACK.test(definition.pack), "the pack is lower case letters, digits and underscores, like acme");
  must(NAME.test(definition.name), "the name is lower case words joined by hyphens, like lane-distributions");
  must(VIEW.test(definition.view), `view "${definition.view}" is no plain view name, like mv_order_days`);
  must(columns.size > 0, "it has no columns");
  for (const name of ["format", "max_age"]) {
    must(!params.has(name), `the parameter "${name}" belongs to every resource; choose another name`);
  }
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
  const { cursor, pivot } = definition;
  if (cursor !== undefined) {
    must(params.has(cursor), `pages begin at the parameter "${cursor}", which is not among params`);
    must(typeof limit !== "number", "it is paged, so the length of a page is a parameter: limit: { param }");
    must(definition.shown === "as_ordered", "it is paged, and pages that are reversed one by one have no order");
    must(
      new Set(definition.order.map(({ direction }) => direction)).size === 1,
      "it is paged, so its order goes one way: rows are compared as a whole",
    );
    for (const { column } of definition.order) {
      const schema = definition.columns[column];
      must(
        schema !== undefined && isPlace(schema),
        `it is paged by "${column}", which may be null or inexact, so a page could skip rows`,
      );
    }
  }
  if (pivot !== undefined) {
    const used = [...pivot.rows, pivot.columns, ...pivot.cells];
    must(
      used.length === columns.size && used.every((name) => columns.has(name)) && new Set(used).size === used.length,
      "its pivot does not use every column exactly once",
    );
  }
  const { total, reads = [], reading } = definition;
  must(total === undefined || params.has(total), `it counts when "${total}" asks, which is not among params`);
  must(
    reading === undefined || VIEW.test(reading),
    `reading "${reading}" is no plain name, like acme_overview`,
  );
  const { through } = definition;
  must(
    through === undefined || VIEW.test(through) && reading === undefined,
    `it is read through "${through}", which is no plain view name, or stands beside a reading, which has names of its own`,
  );
  must(!reads.includes(definition.view) && new Set(reads).size === reads.length, "it reads something twice");
  const { listed, minimum_sample, access } = definition;
  must(
    definition.confined === undefined || access.scope === "member" || "column" in access,
    "it is confined to the rows of one organisation or person, and access names no column of them",
  );
  must(
    listed === undefined || columns.has(listed.column),
    `it lists by "${listed?.column}", which is not among columns`,
  );
  must(
    listed === undefined || reads.includes(listed.in),
    `"${listed?.in}" changes at any time, so it must be among reads`,
  );
  for (const role of minimum_sample?.except ?? []) {
    must(
      access.scope === "member" && Object.hasOwn(access.rows, role),
      `its minimum sample excepts the role "${role}", which access does not name`,
    );
  }
  for (const fault of [...accessFaults(access, columns, reads), ...personFaults(definition)]) must(false, fault);
}

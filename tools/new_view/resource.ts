import { describe, namesGroup, type Plan, snake } from "./plan.ts";
import type { ColumnShape } from "./table.ts";

/** A view's resource: how it is asked for, checked, cached, and who may read it. It fits the schema file beside it. */
export function resourceSource(plan: Plan): string {
  const { names: { pack, view, resource, constant }, by, at, of } = plan;
  const key = by === null ? null : snake(by.name);
  const order = [
    ...(at === null ? [["sample_count", "desc"]] : [["day", "desc"]]),
    ...(key === null ? [] : [[key, "asc"]]),
  ];
  const limit = limitOf(plan);
  return `import { column, defineResource, parameter } from "../../../shared/resource/resource.ts";

export const ${constant} = defineResource({
  pack: "${pack}",
  name: "${resource}",
  view: "${view}",
  summary: "${describe(plan).replaceAll('"', "'")}${at === null ? ", most first" : ", oldest first"}",
  params: {
    ${by === null ? "" : `${key}: ${parameterOf(plan, by)},`}
    ${limit}: parameter.wholeNumber({ from: 1, to: 366, otherwise: 30 }),
  },
  filters: [${by === null ? "" : `{ param: "${key}", column: "${key}", op: "eq" }`}],
  columns: {
    ${by === null ? "" : `${key}: ${columnOf(by)},`}
    ${at === null ? "" : "day: column.date(),"}
    sample_count: column.count(),
    ${of === null ? "" : `avg_${snake(of.name)}: column.number(),`}
  },
  access: { scope: "admin" }, // who else may read it: docs/add-a-view.md#who-may-read
  order: [${order.map(([column, direction]) => `{ column: "${column}", direction: "${direction}" }`).join(", ")}],
  limit: { param: "${limit}" },
  shown: "${at === null ? "as_ordered" : "reversed"}",
  minimum_sample: ${of === null ? "null, // plain counts" : '{ column: "sample_count", at_least: 5 },'}
  max_age_seconds: 86_400,
  formats: ["json", "csv"],
});
`;
}

/** Where one group is named a row is a day; else there are rows of many. */
export function limitOf(plan: Plan): string {
  return plan.at !== null && (plan.by === null || namesGroup(plan)) ? "days" : "rows";
}

function parameterOf(plan: Plan, by: ColumnShape): string {
  const optional = namesGroup(plan) ? "" : ".optional()";
  switch (by.kind) {
    case "uuid":
      return `parameter.id()${optional}`;
    case "int":
      return "parameter.optionalWholeNumber({ from: 0, to: 999_999_999 })";
    case "enum":
      return `parameter.word([${words(by)}])${optional}`;
    default:
      return `parameter.subject()${optional}`;
  }
}

function columnOf(by: ColumnShape): string {
  switch (by.kind) {
    case "uuid":
      return "column.id()";
    case "int":
      return "column.count()";
    case "enum":
      return `column.category([${words(by)}])`;
    default:
      return "column.text()";
  }
}

function words({ labels }: ColumnShape): string {
  return labels.map((label) => JSON.stringify(label)).join(", ");
}

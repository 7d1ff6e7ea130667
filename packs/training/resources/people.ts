import { column, defineResource, parameter } from "../../../shared/resource/resource.ts";

export const people = defineResource({
  pack: "training",
  name: "people",
  view: "dim_users",
  reads: ["people_of_manager"],
  summary: "The people whom the caller may see, by name and role: the whole organisation, their people, or themselves",
  params: {
    org_id: parameter.id().optional(),
    role: parameter.oneOf(["all", "admin", "manager", "trainee"], "all"),
    membership: parameter.oneOf(["all", "current", "former"], "all"),
    limit: parameter.wholeNumber({ from: 1, to: 999, otherwise: 200 }),
    cursor: parameter.cursor().optional(),
    total: parameter.flag(),
  },
  filters: [
    { param: "org_id", column: "org_id", op: "eq" },
    {
      param: "role",
      column: "role",
      op: "eq",
      values: { all: null, admin: "admin", manager: "manager", trainee: "trainee" },
    },
    { param: "membership", column: "is_active", op: "eq", values: { all: null, current: "true", former: "false" } },
  ],
  columns: {
    org_id: column.id(),
    user_id: column.text(),
    name: column.text().nullable(),
    role: column.category(["admin", "manager", "trainee"]),
    is_active: column.boolean(),
  },
  access: {
    scope: "member",
    org: "org_id",
    column: "user_id",
    rows: { admin: "org", manager: "people_of_manager", trainee: "own" },
  },
  order: [
    { column: "org_id", direction: "asc" },
    { column: "user_id", direction: "asc" },
  ],
  limit: { param: "limit" },
  cursor: "cursor",
  total: "total",
  shown: "as_ordered",
  // A list of names, without figures.
  minimum_sample: null,
  max_age_seconds: 300,
  formats: ["json", "csv"],
});

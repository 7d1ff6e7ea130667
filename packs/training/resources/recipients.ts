import { column, defineResource, parameter } from "../../../shared/resource/resource.ts";

export const recipients = defineResource({
  pack: "training",
  name: "recipients",
  view: "dim_users",
  summary: "The members of organisations with their e-mail addresses, for the server that sends them digests",
  params: {
    org_id: parameter.id().optional(),
    role: parameter.oneOf(["all", "admin", "manager", "trainee"], "all"),
    membership: parameter.oneOf(["all", "current", "former"], "all"),
    limit: parameter.wholeNumber({ from: 1, to: 999, otherwise: 200 }),
    cursor: parameter.cursor().optional(),
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
    email: column.text().nullable(),
    role: column.category(["admin", "manager", "trainee"]),
    is_active: column.boolean(),
  },
  // Addresses are for the server alone: even an administrator's browser does not need all of them.
  access: { scope: "service" },
  order: [
    { column: "org_id", direction: "asc" },
    { column: "user_id", direction: "asc" },
  ],
  limit: { param: "limit" },
  cursor: "cursor",
  shown: "as_ordered",
  // A list of names, without figures.
  minimum_sample: null,
  max_age_seconds: 300,
  formats: ["json", "csv"],
});

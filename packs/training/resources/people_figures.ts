import { column, defineResource, parameter } from "../../../shared/resource/resource.ts";

export const peopleFigures = defineResource({
  pack: "training",
  name: "people/figures",
  view: "mv_user_activity_day",
  reads: ["mv_assignment_status", "people_of_manager", "dim_users", "dim_orgs"],
  reading: "training_people_figures",
  confined: true,
  clock: "day",
  summary:
    "A manager's people, each with their attempts of all time or of a period, and the state of their assignments",
  params: {
    org_id: parameter.id().optional(),
    user_id: parameter.subject().optional(),
    from: parameter.day().optional(),
    to: parameter.day().optional(),
    membership: parameter.oneOf(["all", "current", "former"], "all"),
    limit: parameter.wholeNumber({ from: 1, to: 999, otherwise: 200 }),
    cursor: parameter.cursor().optional(),
    total: parameter.flag(),
  },
  filters: [
    { param: "org_id", column: "org_id", op: "eq" },
    { param: "user_id", column: "user_id", op: "eq" },
    { param: "membership", column: "is_active", op: "eq", values: { all: null, current: "true", former: "false" } },
  ],
  columns: {
    org_id: column.id(),
    user_id: column.text(),
    name: column.text().nullable(),
    role: column.category(["admin", "manager", "trainee"]),
    is_active: column.boolean(),
    attempts_count: column.count(),
    scored_count: column.count(),
    // Null if there is no scored attempt.
    avg_score: column.number().nullable(),
    duration_seconds: column.count(),
    // Of all time, like the assignments: the period does not matter.
    last_active_on: column.date().nullable(),
    assignments_count: column.count(),
    completed_count: column.count(),
    overdue_count: column.count(),
    completion_rate: column.number().nullable(),
  },
  access: { scope: "member", org: "org_id", column: "user_id", rows: { admin: "org", manager: "people_of_manager" } },
  order: [
    { column: "org_id", direction: "asc" },
    { column: "user_id", direction: "asc" },
  ],
  limit: { param: "limit" },
  cursor: "cursor",
  total: "total",
  shown: "as_ordered",
  // Each row holds one person's own figures.
  minimum_sample: null,
  max_age_seconds: 300,
  formats: ["json", "csv"],
});

import { column, defineResource, parameter } from "../../../shared/resource/resource.ts";

export const tasks = defineResource({
  pack: "training",
  name: "tasks",
  view: "mv_assignment_status",
  reads: ["people_of_manager", "dim_users", "dim_scenarios", "dim_orgs"],
  reading: "training_tasks",
  confined: true,
  clock: "day",
  summary:
    "The progress of each task (a scenario with a due date): assigned, completed, overdue; of the whole organisation or a manager's people",
  params: {
    org_id: parameter.id().optional(),
    manager_id: parameter.subject().optional(),
    scenario_id: parameter.id().optional(),
    status: parameter.oneOf(["all", "open", "overdue", "completed"], "all"),
    limit: parameter.wholeNumber({ from: 1, to: 1_000, otherwise: 200 }),
  },
  filters: [
    { param: "org_id", column: "org_id", op: "eq" },
    { param: "manager_id", column: "manager_id", op: "eq" },
    { param: "scenario_id", column: "scenario_id", op: "eq" },
    {
      param: "status",
      column: "status",
      op: "in",
      values: { all: null, open: ["open", "overdue"], overdue: ["overdue"], completed: ["completed"] },
    },
  ],
  columns: {
    org_id: column.id(),
    // The manager whose people are counted; null for the whole organisation.
    manager_id: column.text().nullable(),
    scenario_id: column.id(),
    title: column.text().nullable(),
    difficulty: column.text().nullable(),
    category: column.text().nullable(),
    due_on: column.date().nullable(),
    assigned_count: column.count(),
    completed_count: column.count(),
    open_count: column.count(),
    overdue_count: column.count(),
    completion_rate: column.number(),
    status: column.category(["open", "overdue", "completed"]),
  },
  access: { scope: "member", org: "org_id", column: "manager_id", rows: { admin: "org", manager: "own" } },
  order: [
    { column: "due_on", direction: "asc" },
    { column: "scenario_id", direction: "asc" },
    { column: "org_id", direction: "asc" },
  ],
  limit: { param: "limit" },
  shown: "as_ordered",
  // Its readers may read each assignment.
  minimum_sample: null,
  max_age_seconds: 300,
  formats: ["json", "csv"],
});

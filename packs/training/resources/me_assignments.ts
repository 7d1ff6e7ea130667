import { column, defineResource, parameter } from "../../../shared/resource/resource.ts";

export const meAssignments = defineResource({
  pack: "training",
  name: "me/assignments",
  view: "assignment_status",
  reads: ["dim_users"],
  reading: "training_my_assignments",
  clock: "day",
  summary: "The caller's own assignments, soonest due first; only the open ones by default",
  params: { status: parameter.oneOf(["open", "overdue", "completed", "all"], "open") },
  filters: [
    {
      param: "status",
      column: "status",
      op: "in",
      values: { open: ["open", "overdue"], overdue: ["overdue"], completed: ["completed"], all: null },
    },
  ],
  columns: {
    org_id: column.id(),
    user_id: column.text(),
    name: column.text().nullable(),
    assignment_id: column.id(),
    scenario_id: column.id(),
    title: column.text().nullable(),
    difficulty: column.text().nullable(),
    category: column.text().nullable(),
    due_on: column.date().nullable(),
    is_required: column.boolean(),
    assigned_at: column.timestamp(),
    completed_at: column.timestamp().nullable(),
    attempts_count: column.count(),
    best_score: column.number().nullable(),
    status: column.category(["open", "overdue", "completed"]),
  },
  access: { scope: "member", org: "org_id", column: "user_id", rows: { admin: "own", manager: "own", trainee: "own" } },
  order: [
    { column: "due_on", direction: "asc" },
    { column: "assignment_id", direction: "asc" },
  ],
  limit: 1_000,
  shown: "as_ordered",
  // The caller's own rows.
  minimum_sample: null,
  max_age_seconds: 300,
  formats: ["json", "csv"],
});

import { column, defineResource, parameter } from "../../core/resource.ts";

export const teamOverview = defineResource({
  pack: "training",
  name: "team-overview",
  view: "mv_user_activity_day",
  reads: ["mv_assignment_status", "team_members", "dim_orgs"],
  reading: "training_team_overview",
  clock: "day",
  summary: "A manager's team: attempts and average score of the last days, completion of assignments, rank among teams",
  params: {
    org_id: parameter.id().optional(),
    days: parameter.wholeNumber({ from: 1, to: 366, otherwise: 30 }),
  },
  filters: [{ param: "org_id", column: "org_id", op: "eq" }],
  columns: {
    org_id: column.id(),
    team_id: column.id(),
    manager_id: column.text(),
    name: column.text(),
    members_count: column.count(),
    attempts_count: column.count(),
    // Null below five scored attempts, and so is the rank.
    avg_score: column.number().nullable(),
    assignments_count: column.count(),
    completed_count: column.count(),
    completion_rate: column.number().nullable(),
    team_rank: column.count().nullable(),
    // Teams that have a rank.
    teams_count: column.count(),
  },
  access: { scope: "member", org: "org_id", column: "manager_id", rows: { admin: "org", manager: "own" } },
  order: [
    { column: "team_rank", direction: "asc" },
    { column: "team_id", direction: "asc" },
  ],
  limit: 1_000,
  shown: "as_ordered",
  // The reading leaves out an average over a few and keeps the counts.
  minimum_sample: null,
  max_age_seconds: 300,
  formats: ["json", "csv"],
});

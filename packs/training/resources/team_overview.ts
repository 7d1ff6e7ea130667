import { column, defineResource, parameter } from "../../../shared/resource/resource.ts";

export const teamOverview = defineResource({
  pack: "training",
  name: "team-overview",
  view: "mv_user_activity_day",
  reads: ["mv_assignment_status", "team_members", "dim_orgs"],
  reading: "training_team_overview",
  confined: true,
  clock: "day",
  summary:
    "A manager's team: attempts and average score of the last days or of a period, completion of assignments, rank among teams",
  params: {
    org_id: parameter.id().optional(),
    from: parameter.day().optional(),
    to: parameter.day().optional(),
    // Number of days that end with `to`, if `from` is not given.
    days: parameter.wholeNumber({ from: 1, to: 366, otherwise: 30 }),
  },
  filters: [{ param: "org_id", column: "org_id", op: "eq" }],
  columns: {
    org_id: column.id(),
    // Null if the manager's team has no row in public.teams; the team then has the manager's name.
    team_id: column.id().nullable(),
    manager_id: column.text(),
    manager_name: column.text().nullable(),
    name: column.text().nullable(),
    members_count: column.count(),
    attempts_count: column.count(),
    // Null, like the rank, if there is no scored attempt.
    avg_score: column.number().nullable(),
    scored_count: column.count(),
    assignments_count: column.count(),
    completed_count: column.count(),
    completion_rate: column.number().nullable(),
    team_rank: column.count().nullable(),
    // Number of ranked teams; for a manager only their own and those with at least five scores.
    teams_count: column.count(),
  },
  access: { scope: "member", org: "org_id", column: "manager_id", rows: { admin: "org", manager: "own" } },
  order: [
    { column: "team_rank", direction: "asc" },
    { column: "org_id", direction: "asc" },
    { column: "manager_id", direction: "asc" },
  ],
  limit: 1_000,
  shown: "as_ordered",
  // A manager reads their own people, an admin the whole organisation; the average comes with its number of attempts.
  minimum_sample: null,
  max_age_seconds: 300,
  formats: ["json", "csv"],
});

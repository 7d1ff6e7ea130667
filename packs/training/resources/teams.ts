import { column, defineResource, parameter } from "../../../shared/resource/resource.ts";

export const teams = defineResource({
  pack: "training",
  name: "teams",
  view: "team_members",
  reads: ["dim_users", "dim_orgs"],
  reading: "training_teams",
  summary: "The teams of an organisation with their managers; a manager reads only their own team",
  params: {
    org_id: parameter.id().optional(),
    limit: parameter.wholeNumber({ from: 1, to: 999, otherwise: 200 }),
    cursor: parameter.cursor().optional(),
  },
  filters: [{ param: "org_id", column: "org_id", op: "eq" }],
  columns: {
    org_id: column.id(),
    manager_id: column.text(),
    manager_name: column.text().nullable(),
    // Null if the manager's team has no row in public.teams; the team then has the manager's name.
    team_id: column.id().nullable(),
    name: column.text().nullable(),
    members_count: column.count(),
  },
  access: { scope: "member", org: "org_id", column: "manager_id", rows: { admin: "org", manager: "own" } },
  order: [
    { column: "org_id", direction: "asc" },
    { column: "manager_id", direction: "asc" },
  ],
  limit: { param: "limit" },
  cursor: "cursor",
  shown: "as_ordered",
  // Holds no figure of a person.
  minimum_sample: null,
  max_age_seconds: 300,
  formats: ["json", "csv"],
});

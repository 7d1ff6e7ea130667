import { column, defineResource, parameter } from "../../resource/resource.ts";

export const teams = defineResource({
  pack: "training",
  name: "teams",
  view: "team_members",
  reads: ["dim_users", "dim_orgs"],
  reading: "training_teams",
  summary: "The teams of an organisation with their managers: for a manager the own one",
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
    // Null where the manager's team has no row in public.teams; its name is then the manager's.
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
  // No figure of a person is in it.
  minimum_sample: null,
  max_age_seconds: 300,
  formats: ["json", "csv"],
});

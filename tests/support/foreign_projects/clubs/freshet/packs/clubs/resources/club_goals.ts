import { column, defineResource, parameter } from "freshet/resource";

export const clubGoals = defineResource({
  pack: "clubs",
  name: "club-goals",
  view: "mv_club_goals",
  reads: ["clubs_of_user"],
  summary: "Games and goals of the caller's clubs",
  params: { club: parameter.label().optional() },
  filters: [{ param: "club", column: "club", op: "eq" }],
  columns: { club: column.text(), games_count: column.count(), goals_count: column.count() },
  access: { scope: "user", column: "club", relation: "clubs_of_user" },
  order: [{ column: "club", direction: "asc" }],
  limit: 100,
  shown: "as_ordered",
  minimum_sample: null,
  max_age_seconds: 86_400,
  formats: ["json"],
});

import { column, defineResource, parameter } from "freshet/resource";

export const messageDays = defineResource({
  pack: "chat",
  name: "message-days",
  view: "mv_message_days",
  summary: "Messages of the caller by UTC day",
  params: { user_id: parameter.id().optional() },
  filters: [{ param: "user_id", column: "user_id", op: "eq" }],
  columns: { user_id: column.id(), day: column.date(), messages_count: column.count() },
  access: { scope: "user", column: "user_id", relation: null },
  order: [{ column: "day", direction: "asc" }, { column: "user_id", direction: "asc" }],
  limit: 100,
  shown: "as_ordered",
  minimum_sample: null,
  max_age_seconds: 86_400,
  formats: ["json"],
});

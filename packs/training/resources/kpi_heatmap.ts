import { column, defineResource, parameter } from "../../../shared/resource/resource.ts";
import { EVENT_TYPES } from "../event_types.ts";

export const kpiHeatmap = defineResource({
  pack: "training",
  name: "kpi/heatmap",
  view: "mv_kpi_call_minutes",
  reads: ["mv_kpi_call_days", "dim_orgs"],
  reading: "training_kpi_heatmap",
  confined: true,
  summary: "Events of one type by minute of the call",
  params: {
    org_id: parameter.id().optional(),
    event_type: parameter.word(EVENT_TYPES),
    scenario_id: parameter.id().optional(),
    from: parameter.day().optional(),
    to: parameter.day().optional(),
    limit: parameter.wholeNumber({ from: 1, to: 999, otherwise: 200 }),
    cursor: parameter.cursor().optional(),
  },
  filters: [
    { param: "org_id", column: "org_id", op: "eq" },
    { param: "event_type", column: "event_type", op: "eq" },
  ],
  columns: {
    org_id: column.id(),
    event_type: column.category(EVENT_TYPES),
    minute_of_call: column.count(),
    events_count: column.count(),
    attempts_count: column.count(),
  },
  access: { scope: "member", org: "org_id", column: null, rows: { admin: "org" } },
  order: [
    { column: "minute_of_call", direction: "asc" },
    { column: "org_id", direction: "asc" },
  ],
  limit: { param: "limit" },
  cursor: "cursor",
  shown: "as_ordered",
  // Plain counts: no average, no distribution.
  minimum_sample: null,
  max_age_seconds: 3_600,
  formats: ["json", "csv"],
});

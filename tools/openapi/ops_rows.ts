import { z } from "zod";
import { actionPage } from "../../shared/ops/actions.ts";
import { incidentPage, jobPage, runPage } from "../../shared/ops/lists.ts";
import { outboxPage } from "../../shared/ops/outbox.ts";
import { viewPage } from "../../shared/ops/views.ts";

const moment = z.iso.datetime({ offset: true });
const { incident_id, state, cause_id, muted_until, announced_at, alerts, payload } =
  incidentPage.shape.rows.element.shape;

/** A row of /ops/incidents, as shared/http/routes/ops_incidents.ts serves it. */
const incident = z.strictObject({
  incident_id,
  kind: z.string().describe("One of the runbook's pages."),
  subject: z.string().describe("The affected job, view or table."),
  fingerprint: z.string(),
  severity: payload.shape.severity,
  state,
  summary: z.string(),
  message: z.string().nullable().describe("The message of pg_cron or the database, without secrets and data."),
  job: z.string().nullable(),
  view: z.string().nullable(),
  schedule: z.string().nullable(),
  runid: z.int().nullable(),
  sqlstate: z.string().nullable(),
  occurrence_count: z.int().min(0),
  first_seen_at: moment,
  last_seen_at: moment,
  opened_at: moment,
  closed_at: moment.nullable(),
  resolution: z.string().nullable(),
  cause_id: cause_id.describe("The incident that this one follows from."),
  muted_until,
  announced_at,
  runbook: z.url(),
  repair_sql: z.string().nullable().describe("SQL that repairs it. Read it before you run it."),
  alerts,
});

/** What the meta of a list has besides its page. */
export const opsTotals: Readonly<Record<string, z.ZodObject>> = { outbox: outboxPage.shape.totals };

/** The rows of the operators' lists, by the list's name. */
export const opsRows = {
  incidents: incident,
  jobs: jobPage.shape.rows.element,
  runs: runPage.shape.rows.element,
  views: viewPage.shape.rows.element,
  outbox: outboxPage.shape.rows.element,
  actions: actionPage.shape.rows.element,
} as const;

import type { Operations } from "../../ops/lists.ts";
import { AppError } from "../../kernel/app_error.ts";
import type { JobAction } from "../../ops/actions.ts";
import type { AnalyticsRpc } from "./analytics_rpc.ts";

const LIST_MS = 5_000;

/** Loaded at the first request of an operator: they are a large part of what a new isolate would have to load. */
const schemas = () => import("../../ops/lists.ts");

/** Functions of schema analytics. A filter that was not given is null: the data API chooses a function by its argument names. */
export function createOperations(rpc: AnalyticsRpc): Operations {
  return {
    incidents: async ({ state = null, kind = null, job = null, cursor = null, limit }) =>
      await rpc({
        name: "list_incidents",
        input: { state, kind, job, before_id: cursor, page_size: limit },
        output: (await schemas()).incidentPage,
        timeout_ms: LIST_MS,
      }),
    jobs: async ({ job = null, cursor = null, limit }) =>
      await rpc({
        name: "list_jobs",
        input: { job, after_job: cursor, page_size: limit },
        output: (await schemas()).jobPage,
        timeout_ms: LIST_MS,
      }),
    runs: async ({ job = null, status = null, cursor = null, limit }) =>
      await rpc({
        name: "list_runs",
        input: { job, status, before_runid: cursor, page_size: limit },
        output: (await schemas()).runPage,
        timeout_ms: LIST_MS,
      }),
    views: async ({ view = null, pack = null, cursor = null, limit }) =>
      await rpc({
        name: "list_views",
        input: { view, pack, after_view: cursor, page_size: limit },
        output: (await import("../../ops/views.ts")).viewPage,
        timeout_ms: LIST_MS,
      }),
    async outbox({ state = null, cursor = null, limit }) {
      const [before_incident = null, before_transition = null] = cursor?.split("-") ?? [];
      return await rpc({
        name: "list_outbox",
        input: { state, before_incident, before_transition, page_size: limit },
        output: (await import("../../ops/outbox.ts")).outboxPage,
        timeout_ms: LIST_MS,
      });
    },
    actions: async ({ action = null, subject = null, cursor = null, limit }) =>
      await rpc({
        name: "list_actions",
        input: { action, subject, before_id: cursor, page_size: limit },
        output: (await import("../../ops/actions.ts")).actionPage,
        timeout_ms: LIST_MS,
      }),
    async act(order, by) {
      const until = order.action === "mute" ? order.until : null;
      const input = { action: order.action, job: order.job, until, ...by };
      try {
        const output = (await import("../../ops/actions.ts")).action;
        return await rpc({ name: "operate_job", input, output, timeout_ms: LIST_MS });
      } catch (error) {
        return refused(error, order);
      }
    },
  };
}

/** Null for an unknown job; an error that says what to do where the job stands in the way. */
function refused(error: unknown, { action }: JobAction): null {
  if (!(error instanceof AppError)) throw error;
  if (error.code === "NOT_FOUND") return null;
  if (error.code !== "CONFLICT") throw error;
  throw new AppError("CONFLICT", {
    detail: action === "adopt"
      ? "pg_cron has no one job of this name: it is gone, or has no name; /analytics/ops/jobs shows what is scheduled"
      : "Nobody has declared this job, so its alerts cannot be muted: adopt it first",
  });
}

import { incidentPage, jobPage, type Operations, runPage } from "../core/ops.ts";
import type { AnalyticsRpc } from "./analytics_rpc.ts";

const LIST_MS = 5_000;

/** Three functions of schema analytics. What was not asked for is null: the data API chooses a function by the names given. */
export function createOperations(rpc: AnalyticsRpc): Operations {
  return {
    incidents: ({ state = null, kind = null, job = null, cursor = null, limit }) =>
      rpc({
        name: "list_incidents",
        input: { state, kind, job, before_id: cursor, page_size: limit },
        output: incidentPage,
        timeout_ms: LIST_MS,
      }),
    jobs: ({ job = null, cursor = null, limit }) =>
      rpc({
        name: "list_jobs",
        input: { job, after_job: cursor, page_size: limit },
        output: jobPage,
        timeout_ms: LIST_MS,
      }),
    runs: ({ job = null, status = null, cursor = null, limit }) =>
      rpc({
        name: "list_runs",
        input: { job, status, before_runid: cursor, page_size: limit },
        output: runPage,
        timeout_ms: LIST_MS,
      }),
  };
}

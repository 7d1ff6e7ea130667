import type { Operations } from "../../ops/lists.ts";
import type { AnalyticsRpc } from "./analytics_rpc.ts";

const LIST_MS = 5_000;

/** Loaded at the first request of an operator: they are a large part of what a new isolate would have to load. */
const schemas = () => import("../../ops/lists.ts");

/** Three functions of schema analytics. A filter that was not given is null: the data API chooses a function by its argument names. */
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
  };
}

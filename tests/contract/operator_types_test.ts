import assert from "node:assert/strict";
import type { z } from "zod";
import type * as client from "../../shared/client/mod.ts";
import type { Action } from "../../shared/ops/actions.ts";
import type { Job, Run } from "../../shared/ops/lists.ts";
import type { Alert, OutboxTotals } from "../../shared/ops/outbox.ts";
import type { View } from "../../shared/ops/views.ts";
import type { cacheFigures } from "../../tools/openapi/cache_figures.ts";
import type { opsRows } from "../../tools/openapi/ops_rows.ts";
import type { Every } from "../support/types/client_types.ts";

type Incident = z.output<typeof opsRows.incidents>;

/** Each takes the other's place; a status that pg_cron may name is wider in the API. */
type Alike<Api, Client> = [Client] extends [Api]
  ? [keyof Api, keyof Client] extends [keyof Client, keyof Api] ? true : false
  : false;

Deno.test("the client's rows of operators are those of the API", () => {
  const checked: Every<[
    Alike<Omit<View, "refreshes">, Omit<client.OpsView, "refreshes">>,
    Alike<View["refreshes"][number], client.OpsViewRefresh>,
    Alike<Omit<Job, "recent_runs" | "open_incidents">, Omit<client.OpsJob, "recent_runs" | "open_incidents">>,
    Alike<Job["recent_runs"][number], client.OpsRunMark>,
    Alike<Run, client.OpsRun>,
    Alike<Omit<Incident, "alerts">, Omit<client.OpsIncident, "alerts">>,
    Alike<Incident["alerts"][number], client.OpsIncident["alerts"][number]>,
    Alike<Job["open_incidents"][number], client.OpsJob["open_incidents"][number]>,
    Alike<Alert, client.OpsAlert>,
    Alike<OutboxTotals, client.OpsOutboxTotals>,
    Alike<Action, client.OpsAction>,
    Alike<z.output<typeof cacheFigures>, client.OpsCache>,
  ]> = 12;
  assert.equal(checked, 12);
});

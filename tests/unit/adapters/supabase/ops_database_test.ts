import { deepEqual, equal, rejects } from "node:assert/strict";
import { AppError, type ErrorCode } from "../../../../shared/kernel/app_error.ts";
import type { AnalyticsRpc } from "../../../../shared/adapters/supabase/analytics_rpc.ts";
import { createOperations } from "../../../../shared/adapters/supabase/ops_database.ts";
import { createRefreshes } from "../../../../shared/adapters/supabase/refreshes_database.ts";
import { FakeClock } from "../../../support/fakes/clock.ts";
import { requestOf } from "../../../support/fakes/refreshes.ts";

/** A data API that answers every call alike, and the calls. */
function rpcOf(answer: unknown) {
  const calls: { readonly name: string; readonly input: unknown }[] = [];
  const rpc: AnalyticsRpc = ({ name, input, output }) => {
    calls.push({ name, input });
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(output.parse(answer));
  };
  return { rpc, calls };
}

const BY = { operator_id: "anna", reason: "planned work", request_id: "00000000-0000-4000-8000-000000000001" };
const refusal = (code: ErrorCode) => new AppError(code, { detail: "operate_job: refused" });

Deno.test("an unknown job is none, a job in the way says what to do, and any other refusal stays what it is", async () => {
  const act = (error: AppError, action: "unmute" | "adopt") =>
    createOperations(rpcOf(error).rpc).act({ action, job: "probe" }, BY);
  equal(await act(refusal("NOT_FOUND"), "adopt"), null);
  await rejects(act(refusal("CONFLICT"), "unmute"), { code: "CONFLICT", message: /adopt it first/ });
  await rejects(act(refusal("CONFLICT"), "adopt"), { code: "CONFLICT", message: /no one job of this name/ });
  await rejects(act(refusal("SOURCE_UNAVAILABLE"), "adopt"), { code: "SOURCE_UNAVAILABLE" });
});

Deno.test("a place in the outbox is an incident and a transition", async () => {
  const totals = { pending_count: 0, parked_count: 0, oldest_undelivered_seconds: null };
  const { rpc, calls } = rpcOf({ rows: [], next_cursor: null, totals });
  await createOperations(rpc).outbox({ cursor: "7-recovered", limit: 50 });
  await createOperations(rpc).outbox({ state: "delivered", limit: 1 });
  deepEqual(calls, [
    {
      name: "list_outbox",
      input: { state: null, before_incident: "7", before_transition: "recovered", page_size: 50 },
    },
    {
      name: "list_outbox",
      input: { state: "delivered", before_incident: null, before_transition: null, page_size: 1 },
    },
  ]);
});

Deno.test("a refresh of an operator is recorded, and one that a reader demands is not", async () => {
  const { rpc, calls } = rpcOf(requestOf({ mv_a: null }));
  const refreshes = createRefreshes(rpc, new FakeClock());
  await refreshes.request({ view: "mv_a", asked_by: "admin" }, BY);
  await refreshes.request({ view: "mv_a", asked_by: "reader" });
  deepEqual(calls, [
    { name: "operate_refresh", input: { view_name: "mv_a", pack: null, ...BY } },
    { name: "request_refresh", input: { view_name: "mv_a", pack: null, asked_by: "reader" } },
  ]);
});

import { AddressLimit } from "../limits/address_limit.ts";
import type { CallGate, CallLedger } from "../ops/scheduled_calls.ts";
import { createAnalyticsRpc } from "./supabase/analytics_rpc.ts";
import { createCallLedger, createCallVerifier } from "./supabase/calls.ts";
import { checkedScheduledEnvironment } from "./runtime/checked_environment.ts";
import type { GetVariable } from "./runtime/environment.ts";
import { requireCronKey } from "./supabase/cron_key.ts";
import { systemClock } from "./runtime/clock.ts";

/** What a scheduled function needs from the project: who may call it, and where it records how a call ended. */
export interface ScheduledCalls {
  /** @throws AppError INTERNAL while the environment is invalid */
  readonly gate: () => CallGate;
  readonly ledger: () => CallLedger;
}

/** Reads the environment at the first request and contacts nothing. One per isolate: it counts refused callers. */
export function scheduledCalls(get: GetVariable): ScheduledCalls {
  let connected: { readonly gate: CallGate; readonly ledger: CallLedger } | null = null;
  const connect = () => connected ??= connectTo(get);
  return { gate: () => connect().gate, ledger: () => connect().ledger };
}

function connectTo(get: GetVariable) {
  const environment = checkedScheduledEnvironment(get);
  const rpc = createAnalyticsRpc(environment);
  const limit = environment.FRESHET_RATE_LIMITS.unverified;
  const gate: CallGate = {
    verifier: createCallVerifier(rpc),
    requireKey: (request) => requireCronKey(request, get),
    limit: limit === null ? null : new AddressLimit(limit, systemClock),
    client_address_header: environment.FRESHET_CLIENT_ADDRESS_HEADER,
  };
  return { gate, ledger: createCallLedger(rpc) };
}

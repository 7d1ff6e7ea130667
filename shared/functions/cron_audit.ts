import { connectAudit } from "../adapters/audit_platform.ts";
import { scheduledCalls } from "../adapters/scheduled_calls.ts";
import { authorizeCall } from "../http/scheduled/authorize_call.ts";
import { serveCronAudit } from "../http/scheduled/serve_cron_audit.ts";

/**
 * POST /functions/v1/cron-audit: audits the scheduled jobs and reports to Sentry. Called by the job
 * analytics-cron-audit. A fetch handler.
 */
export function cronAudit(): (request: Request) => Promise<Response> {
  const name = "cron-audit";
  const get = (variable: string) => Deno.env.get(variable);
  const { gate, ledger } = scheduledCalls(get);
  return serveCronAudit({
    authorize: async (request) => await authorizeCall(request, { name, gate: gate() }),
    connect: () => connectAudit(get),
    ledger,
    log: (line) => console.log(line),
  });
}

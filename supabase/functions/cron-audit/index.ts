// POST /functions/v1/cron-audit: audits the scheduled jobs and reports to Sentry. Called by the job
// analytics-cron-audit.
import { connectAudit } from "../../../shared/adapters/audit_platform.ts";
import { scheduledCalls } from "../../../shared/adapters/scheduled_calls.ts";
import { authorizeCall } from "../../../shared/http/scheduled/authorize_call.ts";
import { serveCronAudit } from "../../../shared/http/scheduled/serve_cron_audit.ts";

const name = "cron-audit";
const get = (variable: string) => Deno.env.get(variable);
const { gate, ledger } = scheduledCalls(get);

export default {
  fetch: serveCronAudit({
    authorize: async (request) => await authorizeCall(request, { name, gate: gate() }),
    connect: () => connectAudit(get),
    ledger,
    log: (line) => console.log(line),
  }),
};

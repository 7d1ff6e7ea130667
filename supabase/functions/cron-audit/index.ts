// POST /functions/v1/cron-audit: audits the scheduled jobs and tells Sentry. Called by job analytics-cron-audit.
import { connectAudit } from "../../../shared/adapters/audit_platform.ts";
import { connectCallLedger } from "../../../shared/adapters/call_ledger.ts";
import { requireCronKey } from "../../../shared/adapters/cron_key.ts";
import { serveCronAudit } from "../../../shared/http/serve_cron_audit.ts";

function get(name: string): string | undefined {
  return Deno.env.get(name);
}

export default {
  fetch: serveCronAudit({
    authorize: (request) => requireCronKey(request, get),
    connect: () => connectAudit(get),
    ledger: () => connectCallLedger(get),
    log: (line) => console.log(line),
  }),
};

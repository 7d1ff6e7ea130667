/** POST /functions/v1/cron-audit: audits the scheduled jobs and reports to Sentry. Called by the job analytics-cron-audit. */
import { cronAudit } from "../../../shared/functions/cron_audit.ts";

export default { fetch: cronAudit() };

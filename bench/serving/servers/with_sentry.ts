/** The read function in an isolate that also runs Sentry's client, set up as in the audit. */
import { createSentrySender } from "../../../shared/adapters/sentry/sender.ts";
import analytics from "../../../supabase/functions/analytics/index.ts";

const sender = createSentrySender({ dsn: Deno.env.get("SENTRY_DSN") ?? "", environment: "bench", release: null });
if (sender === null) throw new Error("SENTRY_DSN cannot be read");

export default analytics;

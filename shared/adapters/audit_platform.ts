import { z } from "zod";
import type { AuditOptions } from "../audit/run.ts";
import { createAnalyticsRpc } from "./supabase/analytics_rpc.ts";
import { createAuditDatabase } from "./supabase/audit_database.ts";
import { checkedEnvironment } from "./runtime/checked_environment.ts";
import { runbookUrl } from "./runtime/environment.ts";
import { createSentrySender } from "./sentry/sender.ts";
import { connectIssues } from "./sentry/project.ts";
import { systemClock } from "./runtime/clock.ts";

type Get = (name: string) => string | undefined;

/** The sending part of a pass; the shortest wall limit of the platform is 150 s, and a pass runs every 300 s. */
const SEND_FOR_MS = 60_000;

const settings = z.object({
  SENTRY_DSN: z.string().optional(),
  SENTRY_ENVIRONMENT: z.string().default("production"),
  SENTRY_RELEASE: z.string().optional(),
  SENTRY_AUTH_TOKEN: z.string().optional(),
  SENTRY_ORG: z.string().optional(),
  SENTRY_URL: z.string().optional(),
});

/** The audit's parts, put together from the environment. Nothing is contacted yet. */
export function connectAudit(get: Get): AuditOptions {
  const environment = checkedEnvironment(get);
  const given = Object.keys(settings.shape).map((name) => [name, get(name)?.trim() || undefined]);
  const sentry = settings.parse(Object.fromEntries(given));
  const { SENTRY_DSN, SENTRY_ENVIRONMENT, SENTRY_RELEASE } = sentry;
  return {
    database: createAuditDatabase(createAnalyticsRpc(environment)),
    sender: SENTRY_DSN === undefined ? null : createSentrySender({
      dsn: SENTRY_DSN,
      environment: SENTRY_ENVIRONMENT,
      release: SENTRY_RELEASE ?? null,
    }),
    issues: SENTRY_DSN === undefined || sentry.SENTRY_AUTH_TOKEN === undefined ? null : connectIssues({
      dsn: SENTRY_DSN,
      token: sentry.SENTRY_AUTH_TOKEN,
      organization: sentry.SENTRY_ORG ?? null,
      url: sentry.SENTRY_URL ?? null,
    }),
    clock: systemClock,
    send_for_ms: SEND_FOR_MS,
    runbook_url: runbookUrl(environment),
  };
}

import type { AuditOptions } from "../audit/run.ts";
import { createAnalyticsRpc } from "./supabase/analytics_rpc.ts";
import { createAuditDatabase } from "./supabase/audit_database.ts";
import { checkedScheduledEnvironment } from "./runtime/checked_environment.ts";
import { claimPathsOf, type GetVariable, readAddressOf, type ScheduledEnvironment } from "./runtime/environment.ts";
import { lookAtReadAddress } from "../read/read_address.ts";
import { createSupabaseServer } from "./supabase/source.ts";
import { type Decorations, readDecorations, runbookUrl } from "./runtime/decorations.ts";
import { createSentrySender } from "./sentry/sender.ts";
import { connectIssues } from "./sentry/project.ts";
import { systemClock } from "./runtime/clock.ts";

/** The sending part of a pass; the shortest wall limit of the platform is 150 s, and a pass runs every 300 s. */
const SEND_FOR_MS = 60_000;

export interface ConnectedAudit extends AuditOptions {
  /** Settings that were ignored because they are invalid. */
  readonly settings_notes: readonly string[];
}

/** The audit's parts, put together from the environment. Nothing is contacted yet. */
export function connectAudit(get: GetVariable): ConnectedAudit {
  const environment = checkedScheduledEnvironment(get);
  const decorations = readDecorations(get);
  const { SENTRY_DSN, SENTRY_ENVIRONMENT = "production", SENTRY_RELEASE = null } = decorations.values;
  return {
    database: createAuditDatabase(createAnalyticsRpc(environment)),
    sender: SENTRY_DSN === undefined
      ? null
      : createSentrySender({ dsn: SENTRY_DSN, environment: SENTRY_ENVIRONMENT, release: SENTRY_RELEASE }),
    issues: issuesOf(decorations),
    read_address: lookOf(environment, readAddressOf(get)),
    claim_paths: claimPathsOf(get),
    clock: systemClock,
    send_for_ms: SEND_FOR_MS,
    runbook_url: runbookUrl(environment.SUPABASE_URL, decorations),
    settings_notes: [...decorations.faults.values()],
  };
}

/** The address gets the secret key, as it does from the function that reads. */
function lookOf(
  environment: ScheduledEnvironment,
  address: string | null,
): NonNullable<AuditOptions["read_address"]> | null {
  if (address === null) return null;
  const primary = createSupabaseServer(createAnalyticsRpc(environment));
  const reads = createSupabaseServer(createAnalyticsRpc({ ...environment, SUPABASE_URL: address }));
  return () => lookAtReadAddress({ primary, reads });
}

/** null: people close issues. Null for an invalid address, too: the token is sent only to the address that was meant. */
function issuesOf({ values, faults }: Decorations): AuditOptions["issues"] {
  const { SENTRY_DSN, SENTRY_AUTH_TOKEN, SENTRY_ORG = null, SENTRY_URL = null } = values;
  if (SENTRY_DSN === undefined || SENTRY_AUTH_TOKEN === undefined) return null;
  if (faults.has("SENTRY_ORG") || faults.has("SENTRY_URL")) return null;
  return connectIssues({ dsn: SENTRY_DSN, token: SENTRY_AUTH_TOKEN, organization: SENTRY_ORG, url: SENTRY_URL });
}

import type { Alert } from "./audit_pass.ts";
import { scrubMessage, scrubName } from "./scrub_message.ts";

type Payload = Alert["payload"];

/**
 * Kinds whose messages are put together by this product out of names, schedules, moments and counts: they repeat no row and no
 * statement, so what their words announce as a name is one, and stays. A kind that is not listed is scrubbed as PostgreSQL's words are.
 */
const OUR_WORDS: ReadonlySet<string> = new Set([
  ...["blind", "bundled_refreshes", "default_partition_used", "duplicated", "edited", "history_bloat", "history_lost"],
  ...["history_off", "inactive", "lock_wait", "missed", "missing", "near_timeout", "net_open", "net_tampered"],
  ...["net_worker_gone", "never_fires", "not_refreshable", "not_refreshed", "orphan_owner", "pile_up", "row_collapse"],
  ...["scheduler_gone", "secret_missing", "source_stopped", "stale", "stuck", "too_fast", "undeclared", "unpopulated"],
  ...["unset_timeout", "wrong_host", "zombie"],
]);

const NAMES = ["subject", "summary", "job", "view", "owner", "function", "schedule"] as const;

/**
 * What an alert or an incident is about, fit to be shown: every place where it says something about an incident goes through
 * here. Names lose what is secret in them; the message keeps the names that are shown beside it.
 */
export function scrubPayload(payload: Payload): Payload {
  const names = [payload.subject, payload.job, payload.view, payload.owner, payload.function, ...payload.jobs ?? []]
    .concat((payload.duplicates ?? []).map(({ job }) => job));
  const shown: Payload = { ...payload };
  for (const name of NAMES) {
    const text = payload[name];
    if (typeof text === "string") shown[name] = scrubName(text);
  }
  // Begins with the kind, which tells incidents of one subject apart.
  const kind = payload.fingerprint.startsWith(`${payload.kind}:`) ? `${payload.kind}:` : "";
  shown.fingerprint = kind + scrubName(payload.fingerprint.slice(kind.length));
  if (payload.message != null) {
    shown.message = scrubMessage(payload.message, { names, is_ours: OUR_WORDS.has(payload.kind) });
  }
  if (payload.jobs != null) shown.jobs = payload.jobs.map(scrubName);
  if (payload.duplicates != null) {
    shown.duplicates = payload.duplicates.map(({ job, jobid }) => ({ job: scrubName(job), jobid }));
  }
  return shown;
}

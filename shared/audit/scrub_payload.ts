import type { AlertPayload } from "./pass.ts";
import { scrubMessage, scrubName } from "../kernel/scrub/message.ts";

/**
 * Kinds whose messages this product composes from names, schedules, times and counts. They repeat no row and no statement, so
 * what they announce as a name is one, and stays. A kind that is not listed is scrubbed like a message of PostgreSQL.
 */
const OUR_WORDS: ReadonlySet<string> = new Set([
  ...["blind", "bundled_refreshes", "default_partition_used", "duplicated", "edited", "history_bloat", "history_lost"],
  ...[
    "history_off",
    "inactive",
    "lock_wait",
    "locking_refresh",
    "missed",
    "missing",
    "near_timeout",
    "net_open",
    "net_tampered",
  ],
  ...["net_worker_gone", "never_fires", "not_refreshable", "not_refreshed", "orphan_owner", "pile_up", "read_only"],
  ...[
    "refresh_denied",
    "renamed",
    "row_collapse",
    "scheduler_gone",
    "secret_missing",
    "source_stopped",
    "stale",
    "stuck",
    "timezone_ignored",
    "too_fast",
    "undeclared",
    "unpopulated",
    "unrefreshed",
  ],
  ...["unset_timeout", "wrong_host", "zombie"],
]);

const NAMES = [
  "subject",
  "summary",
  "job",
  "view",
  "owner",
  "function",
  "schedule",
  "renamed_to",
  "repair_hint",
] as const;

/**
 * The payload of an alert or an incident, safe to show: every field that describes an incident is scrubbed here. Secrets are
 * removed from names; the message keeps the names that are shown beside it.
 */
export function scrubPayload(payload: AlertPayload): AlertPayload {
  const { subject, job, view, owner, renamed_to, jobs, views } = payload;
  const names = [subject, job, view, owner, payload.function, renamed_to, ...jobs ?? [], ...views ?? []]
    .concat((payload.duplicates ?? []).map(({ job }) => job))
    .concat((payload.foreign_duplicates ?? []).flatMap(({ job, owner }) => [job, owner]));
  const shown: AlertPayload = { ...payload };
  for (const name of NAMES) {
    const text = payload[name];
    if (typeof text === "string") shown[name] = scrubName(text);
  }
  shown.fingerprint = scrubFingerprint(payload.fingerprint);
  if (payload.message != null) {
    shown.message = scrubMessage(payload.message, { names, is_ours: OUR_WORDS.has(payload.kind) });
  }
  if (payload.messages != null) shown.messages = payload.messages.map((message) => scrubMessage(message, { names }));
  if (payload.jobs != null) shown.jobs = payload.jobs.map(scrubName);
  if (payload.views != null) shown.views = payload.views.map(scrubName);
  if (payload.spoken_for != null) shown.spoken_for = payload.spoken_for.map(scrubFingerprint);
  if (payload.duplicates != null) {
    shown.duplicates = payload.duplicates.map(({ job, jobid }) => ({ job: scrubName(job), jobid }));
  }
  if (payload.foreign_duplicates != null) {
    shown.foreign_duplicates = payload.foreign_duplicates.map(({ job, jobid, owner }) => ({
      job: scrubName(job),
      jobid,
      owner: scrubName(owner),
    }));
  }
  return shown;
}

/** Begins with the kind, which tells incidents of one subject apart; a group may be reported in the issue of another kind. */
function scrubFingerprint(fingerprint: string): string {
  const kind = /^[a-z_]+:/.exec(fingerprint)?.[0] ?? "";
  return kind + scrubName(fingerprint.slice(kind.length));
}

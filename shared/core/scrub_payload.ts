import type { Alert } from "./audit_pass.ts";
import { scrubMessage, scrubName } from "./scrub_message.ts";

type Payload = Alert["payload"];

const NAMES = ["subject", "summary", "job", "view", "owner", "function", "schedule"] as const;

/**
 * What an alert or an incident is about, fit to be shown: every place where it says something about an incident goes through
 * here. Names lose what is secret in them; the message keeps the names that are shown beside it.
 */
export function scrubPayload(payload: Payload): Payload {
  const { subject, job, view, owner, jobs = [], views = [] } = payload;
  const names = [subject, job, view, owner, payload.function, ...jobs ?? [], ...views ?? []];
  const shown: Payload = { ...payload };
  for (const name of NAMES) {
    const text = payload[name];
    if (typeof text === "string") shown[name] = scrubName(text);
  }
  // Begins with the kind, which tells incidents of one subject apart.
  const kind = payload.fingerprint.startsWith(`${payload.kind}:`) ? `${payload.kind}:` : "";
  shown.fingerprint = kind + scrubName(payload.fingerprint.slice(kind.length));
  if (payload.message != null) shown.message = scrubMessage(payload.message, { names });
  if (payload.jobs != null) shown.jobs = payload.jobs.map(scrubName);
  if (payload.views != null) shown.views = payload.views.map(scrubName);
  if (payload.duplicates != null) {
    shown.duplicates = payload.duplicates.map(({ job, jobid }) => ({ job: scrubName(job), jobid }));
  }
  return shown;
}

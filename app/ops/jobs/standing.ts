import type { RunMark } from "../../charts/run_layout.ts";
import type { OpsJob, OpsRunMark } from "../../../shared/client/mod.ts";

export function isInTrouble({ open_incidents, recent_runs: [last], is_active, is_declared }: OpsJob): boolean {
  return open_incidents.length > 0 || last?.status === "failed" || (is_declared && !is_active);
}

/** Those in trouble first, then by name. */
export function troubleFirst(left: OpsJob, right: OpsJob): number {
  return Number(isInTrouble(right)) - Number(isInTrouble(left)) || left.job.localeCompare(right.job);
}

/** A run that pg_cron has not started to execute has not ended either. */
export function markOf({ status, duration_ms }: OpsRunMark): RunMark {
  const state = status === "succeeded" || status === "failed" ? status : "running";
  return { state, duration_ms: state === "running" ? null : duration_ms };
}

/** What is unusual about a job, in words. */
export function oddities(job: OpsJob): string[] {
  const found: string[] = [];
  if (!job.is_declared) found.push("undeclared");
  if (job.is_declared && job.scheduled_count === 0) found.push("not scheduled");
  if (job.scheduled_count > 1) found.push(`scheduled ${job.scheduled_count} times`);
  if (job.scheduled_count > 0 && !job.is_active) found.push("switched off");
  if (job.is_declared && job.scheduled_count > 0 && !job.is_as_declared) found.push("not as declared");
  if (job.paused_until !== null) found.push("paused");
  return found;
}

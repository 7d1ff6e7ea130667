import type { RunMark } from "../../charts/run_layout.ts";
import type { OpsJob, OpsRunMark } from "../../../shared/client/mod.ts";

export function isInTrouble({ open_incidents, recent_runs: [last], is_active, is_declared }: OpsJob): boolean {
  return open_incidents.length > 0 || last?.status === "failed" || (is_declared && !is_active);
}

const SEVERITIES = ["info", "warning", "error", "fatal"];

/** The worst trouble first, then by name. */
export function troubleFirst(left: OpsJob, right: OpsJob): number {
  return troubleOf(right) - troubleOf(left) || left.job.localeCompare(right.job);
}

/** 0 for none; a run that failed is trouble before there is an incident about it. */
function troubleOf(job: OpsJob): number {
  const severities = job.open_incidents.map(({ severity }) => 2 + SEVERITIES.indexOf(severity));
  return Math.max(isInTrouble(job) ? 1 : 0, ...severities);
}

/** A run that pg_cron has not started to execute has not ended either. */
export function markOf({ status, duration_ms }: OpsRunMark): RunMark {
  const state = status === "succeeded" || status === "failed" ? status : "running";
  return { state, duration_ms: state === "running" ? null : duration_ms };
}

/** What is unusual about a job, in words; what an open incident says already is left out. */
export function oddities(job: OpsJob): string[] {
  const is_scheduled = job.scheduled_count > 0;
  const found: readonly (readonly [text: string, is_so: boolean, kind: string])[] = [
    ["undeclared", !job.is_declared, "undeclared"],
    ["not scheduled", job.is_declared && !is_scheduled, "missing"],
    [`scheduled ${job.scheduled_count} times`, job.scheduled_count > 1, "duplicated"],
    ["switched off", is_scheduled && !job.is_active, "inactive"],
    ["not as declared", job.is_declared && is_scheduled && !job.is_as_declared, "edited"],
    ["paused", job.paused_until !== null, ""],
  ];
  return found.flatMap(([text, is_so, kind]) =>
    is_so && job.open_incidents.every((incident) => incident.kind !== kind) ? [text] : []
  );
}

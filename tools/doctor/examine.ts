import { messageOf } from "../../stack/stack_error.ts";
import type { Check } from "./check.ts";
import { calendar } from "./check_calendar.ts";
import { freshet } from "./check_freshet.ts";
import { history } from "./check_history.ts";
import { http } from "./check_http.ts";
import { jobs } from "./check_jobs.ts";
import { locks } from "./check_locks.ts";
import { net } from "./check_net.ts";
import { openRuns } from "./check_open_runs.ts";
import { owners } from "./check_owners.ts";
import { pace } from "./check_pace.ts";
import { readOnlyServer } from "./check_read_only.ts";
import { refreshes } from "./check_refreshes.ts";
import { scheduler } from "./check_scheduler.ts";
import { sight } from "./check_sight.ts";
import { timezone } from "./check_timezone.ts";
import { views } from "./check_views.ts";
import type { Diagnosis, Finding, Unchecked } from "./finding.ts";
import { KINDS, SEVERITIES } from "./kinds.ts";
import { type Found, openIncidents } from "./open_incidents.ts";
import { PATIENCE, type Patience, type Patient, survey } from "./patient.ts";
import { readOnly } from "./read_only.ts";
import { repairOf } from "./repair.ts";

export const CHECKS: readonly Check[] = [
  sight,
  readOnlyServer,
  scheduler,
  timezone,
  owners,
  jobs,
  calendar,
  history,
  openRuns,
  pace,
  refreshes,
  views,
  locks,
  http,
  net,
  freshet,
];

/** All findings in a database, worst first. */
export interface Examination {
  readonly examined_at: string;
  readonly server_version: string;
  readonly cron_version: string | null;
  /** Host and port. */
  readonly address: string;
  readonly database: string;
  readonly has_freshet: boolean;
  readonly job_count: number;
  readonly findings: readonly Diagnosis[];
  readonly unchecked: readonly Unchecked[];
}

interface Told {
  readonly finding: Found;
  readonly repair: string | null;
}

/** Examines the database at this URL, read only. Tests may shorten `patience`. */
export function examine(url: string, patience: Patience = PATIENCE): Promise<Examination> {
  return readOnly(url, async (session) => {
    const patient = { ...await survey(session, url), patience };
    const findings: Finding[] = [];
    const unchecked: Unchecked[] = [];
    for (const check of CHECKS.filter((one) => applies(one, patient))) {
      try {
        // A savepoint, so that a failed check does not abort the other checks' transaction.
        findings.push(...await session.savepoint((inner) => check.run({ ...patient, session: inner })));
      } catch (error) {
        unchecked.push({ check: check.name, kinds: check.kinds, reason: messageOf(error) });
      }
    }
    const remembered: Told[] = [];
    if (patient.has_freshet) {
      try {
        remembered.push(...await session.savepoint((inner) => openIncidents({ ...patient, session: inner })));
      } catch (error) {
        unchecked.push({ check: "open incidents", kinds: [], reason: messageOf(error) });
      }
    }
    const { now, has_freshet } = patient;
    const own: Told[] = findings.map(({ repair, ...finding }) => ({
      finding: { ...finding, severity: finding.severity ?? KINDS[finding.kind] },
      repair,
    }));
    // The doctor's own findings replace the audit's incidents about the same thing.
    const told = new Map(
      [...remembered, ...own.reverse()].map((one) => [`${one.finding.kind}:${one.finding.subject}`, one]),
    );
    const diagnoses = [...told.values()].map(({ finding, repair }): Diagnosis => ({
      ...finding,
      repair_sql: repairOf(finding, { own: repair, has_freshet, now }),
      runbook: `docs/runbook/${finding.kind}.md`,
    }));
    return {
      examined_at: new Date(now).toISOString(),
      server_version: patient.server_version,
      cron_version: patient.cron_version,
      address: new URL(url).host,
      database: patient.database,
      has_freshet,
      job_count: patient.jobs.length,
      findings: diagnoses.sort(worstFirst),
      unchecked,
    };
  });
}

function applies({ needs }: Check, patient: Patient): boolean {
  if (needs === "anything") return true;
  if (needs === "freshet") return patient.has_freshet;
  if (needs === "net") return patient.has_net;
  return patient.reads_cron;
}

function worstFirst(left: Diagnosis, right: Diagnosis): number {
  return SEVERITIES.indexOf(left.severity) - SEVERITIES.indexOf(right.severity) ||
    left.kind.localeCompare(right.kind) || left.subject.localeCompare(right.subject);
}

import { type CalendarSchedule, parseSchedule } from "../../shared/audit/calendar/schedule.ts";
import { findSlot, type OffsetAt } from "../../shared/audit/calendar/slots.ts";
import { zoneOffset } from "../../shared/audit/calendar/zone.ts";
import type { Check } from "./check.ts";
import type { Finding } from "./finding.ts";
import type { Job, Patient } from "./patient.ts";

const MINUTE = 60_000;
const YEAR = 366 * 24 * 60 * MINUTE;
/** How long after its slot a run may start before it counts as missed. */
const LATE_AFTER = 5 * MINUTE;

/** Schedules that never fire, and slots that passed without a run. */
export const calendar: Check = {
  name: "calendar",
  kinds: ["never_fires", "missed"],
  async run(patient) {
    const offsetAt = zoneOffset(patient.timezone);
    if (offsetAt === null) throw new Error(`time zone "${patient.timezone}" is known to PostgreSQL only`);
    const history = await startsOf(patient);
    return patient.jobs.filter((job) => job.active).flatMap((job) => {
      const schedule = parseSchedule(job.schedule, { matches_both_days: patient.matches_both_days });
      if (schedule?.kind !== "calendar") return [];
      return neverFires(job, schedule, { now: patient.now, offsetAt }) ??
        missed(job, schedule, { now: patient.now, offsetAt, history });
    });
  },
};

interface Time {
  readonly now: number;
  readonly offsetAt: OffsetAt;
}

function neverFires(job: Job, schedule: CalendarSchedule, { now, offsetAt }: Time): Finding[] | null {
  // Leap days are at most eight years apart.
  const next = findSlot(schedule, { from: now, direction: "forwards", until: now + 8 * YEAR, offsetAt });
  if (next !== null) return null;
  return [{
    kind: "never_fires",
    subject: job.name,
    job: job.name,
    schedule: job.schedule,
    message: `its schedule "${job.schedule}" names no time in the next eight years`,
    repair: `select cron.unschedule(${job.jobid}); -- or: select cron.alter_job(${job.jobid}, schedule := '…');`,
  }];
}

interface History {
  /** Start of the newest run in the history, by jobid. */
  readonly started: ReadonlyMap<number, number>;
  /**
   * False if no history is kept, or the scheduler is gone: then another check reports that once, not once for each job.
   */
  readonly is_kept: boolean;
}

function missed(job: Job, schedule: CalendarSchedule, time: Time & { readonly history: History }): Finding[] {
  const { now, offsetAt, history } = time;
  if (!history.is_kept) return [];
  const slot = findSlot(schedule, { from: now - LATE_AFTER, direction: "backwards", until: now - YEAR, offsetAt });
  if (slot === null) return [];
  const last = history.started.get(job.jobid);
  // pg_cron does not record when a job was created. jobids rise, so a run of a newer job before the slot proves that
  // this job existed.
  const existed = last !== undefined ||
    [...history.started].some(([jobid, started]) => jobid > job.jobid && started < slot);
  if (!existed || (last !== undefined && last >= slot)) return [];
  const ran = last === undefined ? "and no run of it is on record" : `and its last run started ${iso(last)}`;
  return [{
    kind: "missed",
    subject: job.name,
    job: job.name,
    schedule: job.schedule,
    message: `it was due ${iso(slot)}, ${ran}`,
    repair: `select runid, status, return_message, start_time from cron.job_run_details where jobid = ${job.jobid} ` +
      `order by runid desc limit 5;`,
  }];
}

async function startsOf({ session, sees_all_jobs }: Patient): Promise<History> {
  const rows = await session`
    select d.jobid::float8 as jobid,
      -- A run that never started has no times; that it was tried is enough here, and another check speaks of it.
      (extract(epoch from case
        when (array_agg(d.start_time order by d.runid desc))[1] is null then now() else max(d.start_time)
      end) * 1000)::float8 as started
    from cron.job_run_details as d
    where d.runid > (select coalesce(max(m.runid), 0) - 20000 from cron.job_run_details as m)
    group by d.jobid`;
  const [state] = await session`
    select coalesce((select s.setting from pg_settings as s where s.name = 'cron.log_run'), 'on') = 'on'
      and exists (select from pg_stat_activity where application_name = 'pg_cron scheduler' or backend_type = 'pg_cron launcher')
      as is_kept`;
  return {
    started: new Map(rows.map((row) => [Number(row["jobid"]), Number(row["started"])])),
    is_kept: state?.["is_kept"] === true && sees_all_jobs,
  };
}

function iso(moment: number): string {
  return new Date(moment).toISOString().replace(".000Z", "Z");
}

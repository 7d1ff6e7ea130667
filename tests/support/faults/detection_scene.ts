import { type AuditStage, onAuditStage } from "../rigs/audit_stage.ts";
import type { Received } from "../fakes/envelope_sink.ts";

/** A run as pg_cron writes it; members left out are null. */
export interface WrittenRun {
  readonly status: string;
  readonly message?: string;
  readonly pid?: number;
  readonly is_started?: boolean;
  readonly is_ended?: boolean;
}

export interface DetectionScene {
  readonly stage: AuditStage;
  /** Number of jobs that a fault of several jobs affects. */
  readonly count: number;
  /** Schedules this many jobs that never run by themselves; their names differ in letters, not digits. */
  jobs(count: number): Promise<readonly string[]>;
  /** Writes a run of the job and returns its runid. */
  write(job: string, run: WrittenRun): Promise<number>;
  /** Writes a successful run of each job. */
  succeed(jobs: readonly string[]): Promise<void>;
  /** Runs a pass with delivery, and with the token that closes issues; before it, the healthy jobs have run. */
  pass(): Promise<void>;
}

/** An injected fault. */
export interface Struck {
  /** Fingerprints of the incidents that must be reported to the receiver, each once. */
  readonly told: readonly string[];
  /** Ends the fault, as an operator or the next run would; always called. */
  mend(): Promise<void>;
  /** Further checks after the report; throws if one fails. */
  check?(events: readonly string[]): void;
}

export interface DetectionFault {
  /** Its number in the list of faults that the audit is tested with. */
  readonly id: string;
  readonly what: string;
  /** Injected in every test run; the others only in runs with full counts, because other tests cover them. */
  readonly in_every_run?: true;
  inject(scene: DetectionScene): Promise<Struck>;
}

/** The counts of a fault: a line of the table. */
export interface Counted {
  readonly fault: string;
  readonly what: string;
  /** Incidents that should be reported. */
  injected: number;
  /** Those of them for which the receiver has an event, their own or their cause's. */
  told: number;
  /** Events. */
  events: number;
  /** Incidents that opened twice, and events that were sent again after the receiver had accepted them. */
  duplicates: number;
  lost: number;
  /** Events about something that was not injected; healthy jobs run beside each fault. */
  false: number;
  /** Incidents that stayed open, or whose issue stayed open, after the fault had ended. */
  left_open: number;
  /** Issues that were opened again. */
  reopened: number;
}

export function nothingCounted({ id, what }: { readonly id: string; readonly what: string }): Counted {
  return {
    ...{ fault: id, what, injected: 0, told: 0, events: 0 },
    ...{ duplicates: 0, lost: 0, false: 0, left_open: 0, reopened: 0 },
  };
}

const HEALTHY = 3;
const MOST_PASSES = 12;
const TOKEN = "sntryu_may_write_events";

/** Injects the fault into an audit without other incidents, runs passes until it is over, and adds up the counts. */
export function meetFault(fault: DetectionFault, { count, counted }: { count: number; counted: Counted }) {
  return onAuditStage(async (stage) => {
    const { sql } = stage;
    let number = 0;
    let healthy: readonly string[] = [];
    const scene: DetectionScene = {
      stage,
      count,
      async jobs(count) {
        const jobs = Array.from({ length: count }, () => `probe-${letters(number++)}`);
        for (const job of jobs) await stage.schedule(job);
        return jobs;
      },
      async write(job, { status, message, pid, is_started = false, is_ended = false }) {
        const [row] = await sql`
          insert into cron.job_run_details (jobid, status, return_message, job_pid, start_time, end_time)
          select jobid, ${status}, ${message ?? null}, ${pid ?? null},
            case when ${is_started} then clock_timestamp() end, case when ${is_ended} then clock_timestamp() end
          from cron.job where jobname = ${job} returning runid::integer`;
        if (row === undefined) throw new Error(`there is no job ${job} to write a run of`);
        return Number(row["runid"]);
      },
      async succeed(jobs) {
        for (const job of jobs) {
          await scene.write(job, { status: "succeeded", message: "1 row", is_started: true, is_ended: true });
        }
      },
      async pass() {
        await scene.succeed(healthy);
        await stage.passTime();
        await stage.audit({ token: TOKEN });
      },
    };
    healthy = await scene.jobs(HEALTHY);
    await scene.pass();

    const struck = await fault.inject(scene);
    let told: readonly string[];
    try {
      await settle(scene, { is_over: false });
      told = textsOf(stage);
    } finally {
      await struck.mend();
    }
    await settle(scene, { is_over: true });
    struck.check?.(told);
    await addUp(stage, { told: struck.told, counted });
    // Including jobs that were scheduled again; no pass follows.
    await sql`
      delete from cron.job_run_details as d
      where runid > (select coalesce(min(runid), 0) - 1 from cron.job_run_details)
        and not exists (select from cron.job as j where j.jobid = d.jobid)`;
  });
}

/** Runs passes until nothing waits to be sent and, if the fault is over, until all its incidents are closed. */
async function settle({ stage, pass }: DetectionScene, { is_over }: { readonly is_over: boolean }): Promise<void> {
  for (let passes = 0; passes < MOST_PASSES; passes += 1) {
    await pass();
    const [left] = await stage.sql`
      select
        (select count(*) from analytics.outbox where state <> 'delivered' or transition = 'recovered' and resolved_at is null)
        + (select count(*) from analytics.incidents where closed_at is null and ${is_over}) as count`;
    if (Number(left?.["count"]) === 0) return;
  }
}

/** Adds the receiver's events with these fingerprints to the counts, in an audit without other incidents. */
export async function addUp(
  { sql, sink }: Pick<AuditStage, "sql" | "sink">,
  { told: expected, counted }: { readonly told: readonly string[]; readonly counted: Counted },
): Promise<void> {
  const incidents = await sql`
    select i.fingerprint, i.closed_at is null as is_open, recovery.event_id is not null and recovery.resolved_at is null as is_unresolved,
      array_remove(array[own.event_id, cause.event_id], null) as event_ids
    from analytics.incidents as i
    left join analytics.outbox as own on own.incident_id = i.incident_id and own.transition = 'opened'
    left join analytics.outbox as cause on cause.incident_id = i.cause_id and cause.transition = 'opened'
    left join analytics.outbox as recovery on recovery.incident_id = i.incident_id and recovery.transition = 'recovered'
    where i.fingerprint = any (${[...expected]})`;
  const known = await sql`
    select o.event_id from analytics.outbox as o
    where exists (
      select from analytics.incidents as i
      where i.fingerprint = any (${[...expected]}) and o.incident_id in (i.incident_id, i.cause_id))`;
  const explained = new Set(known.map((row) => String(row["event_id"])));
  const sent = sink.received.filter((one) => one.category === "event" && one.is_taken).map(idOf);
  const taken = new Set(sent);
  const heard = incidents.filter((row) => (row["event_ids"] as string[]).some((id) => taken.has(id)));
  const told = new Set(heard.map((row) => String(row["fingerprint"])));

  counted.injected += expected.length;
  counted.told += told.size;
  counted.lost += expected.length - told.size;
  counted.events += taken.size;
  counted.duplicates += sent.length - taken.size + heard.length - told.size;
  counted.false += [...taken].filter((id) => !explained.has(id)).length;
  counted.left_open += incidents.filter((row) => row["is_open"] || row["is_unresolved"]).length +
    sink.issues.all.filter((one) => one.status !== "resolved").length;
  counted.reopened += sink.issues.all.filter((one) => one.activity.includes("set_regression")).length;
}

function textsOf({ sink }: AuditStage): readonly string[] {
  return sink.received.filter((one) => one.category === "event").map(({ text }) => text);
}

function idOf({ envelope }: Received): string {
  return String(envelope.header["event_id"]);
}

/** A number as letters: digits would be scrubbed from messages, and all names would be equal. */
function letters(number: number): string {
  return String(number).replaceAll(/\d/g, (digit) => "abcdefghij"[Number(digit)] ?? "");
}

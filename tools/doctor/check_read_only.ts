import type { Check } from "./check.ts";
import type { Finding } from "./finding.ts";
import type { Patient } from "./patient.ts";

/** A command that sets its own transaction mode. */
const SAYS_SO = /transaction_read_only\b|\bread\s+write\b/i;
const LOOK = `select name, setting, source from pg_settings where name = 'default_transaction_read_only';`;

/**
 * Whether jobs can write, and pg_cron its history: a standby or a read-only setting, which a restart does not change.
 */
export const readOnlyServer: Check = {
  name: "read only",
  kinds: ["read_only"],
  async run(patient) {
    const { session, jobs, database } = patient;
    if (patient.is_replica) {
      return [{
        kind: "read_only",
        subject: "server",
        message: "it is a standby, or recovers: no job runs here, whatever is scheduled",
        repair: "-- look at its primary: select pg_is_in_recovery(); is false there",
      }];
    }
    const rows = await session`
      select coalesce(r.rolname, '') as role, s.setdatabase <> 0 as of_database, o.option_value::boolean as is_on
      from pg_db_role_setting as s
      left join pg_roles as r on r.oid = s.setrole
      cross join lateral pg_options_to_table(s.setconfig) as o
      where o.option_name = 'default_transaction_read_only'
        and s.setdatabase in (0, (select d.oid from pg_database as d where d.datname = current_database()))
      order by s.setrole <> 0 desc, s.setdatabase <> 0 desc`;
    const whole = await isReadOnly(patient);
    const struck = new Map<string, string[]>();
    for (const job of jobs.filter((one) => one.active && one.database === database && !SAYS_SO.test(one.command))) {
      const own = rows.find((row) => row["role"] === job.username) ?? rows.find((row) => row["role"] === "");
      if (own === undefined ? !whole : own["is_on"] !== true) continue;
      const subject = own === undefined
        ? "server"
        : own["role"] === ""
        ? `database ${database}`
        : `role ${job.username}`;
      struck.set(subject, [...struck.get(subject) ?? [], job.name]);
    }
    return [...struck].map(([subject, names]) => finding(subject, names));
  },
};

/** Whether sessions are read only by default on the whole server; this session's own value may come from its role. */
export async function isReadOnly({ session }: Pick<Patient, "session">): Promise<boolean> {
  const [row] = await session`
    select s.setting = 'on' as is_on from pg_settings as s
    where s.name = 'default_transaction_read_only'
      and s.source in ('default', 'configuration file', 'command line', 'environment variable')`;
  return row?.["is_on"] === true;
}

function finding(subject: string, names: readonly string[]): Finding {
  const where = subject === "server" ? "the whole server" : subject;
  const name = subject.replace(/^(?:role|database) /, "").replaceAll('"', '""');
  return {
    kind: "read_only",
    subject,
    // A read-only role may be intended.
    ...(subject.startsWith("role ") ? { severity: "error" as const } : {}),
    message: `default_transaction_read_only is on for ${where}: ${names.length} ${
      names.length === 1 ? "job runs" : "jobs run"
    } in read-only transactions`,
    repair: subject === "server"
      ? `${LOOK}\n-- a restart changes nothing. Supabase sets it when the disk is full: make room or enlarge the disk, and it takes it back.\n` +
        "-- Where a person set it: alter system reset default_transaction_read_only; select pg_reload_conf();"
      : `alter ${subject.startsWith("role ") ? "role" : "database"} "${name}" reset default_transaction_read_only;`,
  };
}

import type { Check } from "./check.ts";
import { type Finding, literal } from "./finding.ts";
import type { Patient } from "./patient.ts";

/**
 * Foreign triggers on pg_net's tables, and roles that can reach them: by default every role may read and write them.
 */
export const net: Check = {
  name: "net",
  kinds: ["net_tampered", "net_open"],
  needs: "net",
  run: async (patient) => [...(await foreignTriggers(patient)), ...(await openRoles(patient))],
};

async function foreignTriggers({ session }: Patient): Promise<Finding[]> {
  const rows = await session`
    select 'net.' || c.relname as table, t.tgname as trigger, t.tgfoid::regprocedure::text as function,
      pg_get_userbyid(p.proowner) as owner
    from pg_class as c
    join pg_trigger as t on t.tgrelid = c.oid and not t.tgisinternal and t.tgenabled <> 'D'
    join pg_proc as p on p.oid = t.tgfoid
    where c.relnamespace = (select oid from pg_namespace where nspname = 'net')
      and not exists (
        select from pg_depend as d join pg_extension as e on e.oid = d.refobjid and e.extname = 'pg_net'
        where d.classid = 'pg_proc'::regclass and d.objid = p.oid
          and d.refclassid = 'pg_extension'::regclass and d.deptype = 'e')
    order by 1, 2`;
  const tables = Map.groupBy(rows, (row) => String(row["table"]));
  return [...tables].map(([table, triggers]) => ({
    kind: "net_tampered" as const,
    subject: table,
    message: triggers.map(({ trigger, function: called, owner }) =>
      `trigger "${trigger}" on ${table} calls ${called} of role "${owner}": it sees every HTTP call with the rights of the role that makes it`
    ).join("; "),
    repair: triggers.map(({ trigger }) => `drop trigger ${identifier(String(trigger))} on ${table};`).join("\n") +
      "\n-- where you do not own the table: drop extension pg_net; create extension pg_net with schema extensions;",
  }));
}

async function openRoles({ session }: Patient): Promise<Finding[]> {
  const rows = await session`
    select r.rolname as role
    from pg_roles as r
    where r.rolcanlogin and not r.rolsuper
      and r.rolname !~ '^(pg_|supabase_|cli_login_)'
      and r.rolname not in ('postgres', 'authenticator', 'pgbouncer', 'dashboard_user')
      and has_schema_privilege(r.oid, 'net', 'usage')
      and has_table_privilege(r.oid, 'net.http_request_queue', 'select, insert, update, delete, truncate, trigger')
    order by 1`;
  return rows.map(({ role }) => ({
    kind: "net_open",
    subject: String(role),
    message: `role "${role}" may log in and reaches the tables of pg_net: it can read, send and stop HTTP calls`,
    repair: `-- as the owner of schema net, where that is you: it is open to every role\n` +
      `revoke usage on schema net from public, ${identifier(String(role))};\n` +
      `-- else: alter role ${identifier(String(role))} nologin; -- and see what it did:\n` +
      `select pid, application_name, state, query from pg_stat_activity where usename = ${literal(String(role))};`,
  }));
}

function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

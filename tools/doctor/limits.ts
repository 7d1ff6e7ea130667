import { seconds } from "./command_limits.ts";
import type { Patient } from "./patient.ts";

/** The statement_timeout, in seconds, of each role's jobs whose command sets none; 0 means no limit. */
export async function roleTimeouts({ session }: Patient): Promise<(role: string) => number> {
  const rows = await session`
    select coalesce(r.rolname, '') as role, s.setdatabase <> 0 as of_database, o.option_value as value
    from pg_db_role_setting as s
    left join pg_roles as r on r.oid = s.setrole
    cross join lateral pg_options_to_table(s.setconfig) as o
    where o.option_name = 'statement_timeout'
      and s.setdatabase in (0, (select d.oid from pg_database as d where d.datname = current_database()))
    order by s.setrole <> 0 desc, s.setdatabase <> 0 desc`;
  const [global] = await session`select reset_val as value from pg_settings where name = 'statement_timeout'`;
  return (role) => {
    const own = rows.find((row) => row["role"] === role) ?? rows.find((row) => row["role"] === "");
    return seconds(String(own?.["value"] ?? global?.["value"] ?? "0")) ?? 0;
  };
}

import type postgres from "postgres";

const USERS = 200;
const SCENARIOS = 20;

/** Organisations, each with all users and with scenarios of its own, and a year of partitions. */
export async function plantPeople(sql: postgres.Sql, orgs: number): Promise<void> {
  await sql`insert into public.orgs (id, name) select md5('org ' || o)::uuid, 'Organisation ' || o from generate_series(1, ${orgs}::integer) as o`;
  await sql`insert into public.users (id, name) select 'user ' || u, 'User ' || u from generate_series(1, ${USERS}) as u`;
  await sql`insert into public.org_members (org_id, user_id) select o.id, u.id from public.orgs as o cross join public.users as u`;
  await sql`
    insert into public.scenarios (id, org_id, title)
    select md5(o.name || s)::uuid, o.id, 'Scenario ' || s from public.orgs as o cross join generate_series(1, ${SCENARIOS}) as s`;
  await sql`select analytics.make_fact_partitions((now() - interval '13 months')::date, now()::date)`;
}

/** Attempts over the year that ends now, in order of time, spread evenly over organisations, users and scenarios. */
export async function insertAttempts(
  sql: postgres.Sql,
  { rows, orgs }: { readonly rows: number; readonly orgs: number },
): Promise<void> {
  await sql`
    insert into public.scenario_attempts (org_id, user_id, scenario_id, status, score, duration_seconds, started_at, ended_at)
    select
        md5('org ' || r % ${orgs}::integer + 1)::uuid,
        'user ' || r / ${orgs}::integer % ${USERS} + 1,
        md5('Organisation ' || r % ${orgs}::integer + 1 || r / ${orgs}::integer % ${SCENARIOS} + 1)::uuid,
        'completed', r % 101, 300 + r % 600, t.at, t.at + interval '5 minutes'
    from generate_series(1, ${rows}::integer) as r
    cross join lateral (select now() - interval '1 year' * (1 - r / ${rows}::float8) as at) as t`;
}

import type postgres from "postgres";
import type { PackRpc } from "../../../../shared/adapters/supabase/pack_rpc.ts";

/** Calls the database's functions as the service role over SQL, with the answers that the data API gives. */
export function rpcOver(sql: postgres.Sql): PackRpc {
  return async ({ name, input, output }) => {
    const given = Object.entries(input);
    const values = given.map(([, value]) =>
      typeof value === "object" ? JSON.stringify(value) : value as string | number
    );
    const names = given.map(([argument, value], n) =>
      `${argument} => $${n + 1}${typeof value === "object" ? "::text::jsonb" : ""}`
    );
    const of = `analytics.${name}(${names.join(", ")}) as answer`;
    const rows = await sql.begin(async (transaction) => {
      await transaction`set local role service_role`;
      return await transaction.unsafe(
        name === "claim_digests"
          ? `select coalesce(jsonb_agg(to_jsonb(answer)), '[]') as answer from ${of}`
          : `select to_jsonb(answer) as answer from ${of}`,
        values,
      );
    });
    return output.parse(rows[0]?.answer);
  };
}

const ORG = "00000000-0000-0000-0000-0000000000d1";

/** An organisation with managers m1 to m<count>, each with one person with five scores in the last whole week. */
export async function plantManagers(sql: postgres.Sql, count: number, name = "Person"): Promise<void> {
  await removeManagers(sql);
  await sql`insert into public.orgs (id, name) values (${ORG}, 'Digest')`;
  await sql`
    insert into public.users (id, name, email)
    select 'm' || n, 'Manager ' || n, 'm' || n || '@example.com' from generate_series(1, ${count}::integer) as n
    union all select 'p' || n, ${name}, null from generate_series(1, ${count}::integer) as n`;
  await sql`insert into public.org_members (org_id, user_id, role)
    select ${ORG}, 'm' || n, 'manager' from generate_series(1, ${count}::integer) as n`;
  await sql`insert into public.org_members (org_id, user_id, role, manager_id)
    select ${ORG}, 'p' || n, 'trainee', 'm' || n from generate_series(1, ${count}::integer) as n`;
  await sql`insert into public.scenarios (id, org_id, title) values (${ORG}, ${ORG}, 'Call')`;
  await sql`
    insert into public.scenario_attempts (org_id, user_id, scenario_id, status, score, duration_seconds, started_at)
    select ${ORG}, 'p' || n, ${ORG}, 'completed', 60 + i, 60,
      date_trunc('week', now() at time zone 'UTC') at time zone 'UTC' - interval '3 days'
    from generate_series(1, ${count}::integer) as n cross join generate_series(1, 5) as i`;
  await sql`select analytics.refresh_view(v) from unnest(array['mv_user_activity_day', 'mv_assignment_status']) as v`;
  await sql`select analytics.plan_digests()`;
}

export async function removeManagers(sql: postgres.Sql): Promise<void> {
  await sql`delete from public.scenario_attempts where org_id = ${ORG}`;
  await sql`delete from public.orgs where id = ${ORG}`;
  await sql`delete from public.users where id ~ '^[mp][0-9]+$'`;
  await sql`delete from freshet.digest_events`;
}

/** As when a sender was killed or a wait is over. */
export async function endLeases(sql: postgres.Sql): Promise<void> {
  await sql`update analytics.digest_deliveries set claimed_until = clock_timestamp() where status = 'claimed'`;
}

/** How many deliveries are in each state, with the error: "failed answer_lost" → 2. */
export async function states(sql: postgres.Sql): Promise<Readonly<Record<string, number>>> {
  const rows = await sql<{ state: string; count: number }[]>`
    select concat_ws(' ', d.status, d.error_code) as state, count(*)::integer as count
    from analytics.digest_deliveries as d where d.org_id = ${ORG} group by 1 order by 1`;
  return Object.fromEntries(rows.map(({ state, count }) => [state, count]));
}

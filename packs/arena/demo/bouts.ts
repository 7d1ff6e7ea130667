import type postgres from "postgres";

/**
 * A bout for each week of a challenge, which the best score of the week wins; of equal ones the earliest submission. They
 * are made up: in the data set nobody wins. Can be run again.
 */
export async function plantDemoBouts(sql: postgres.Sql): Promise<void> {
  await sql.begin(async (transaction) => {
    await transaction`
      create temporary table demo_bouts on commit drop as
      select distinct on (s.challenge_id, w.week)
          md5('demo:bout:' || s.challenge_id || ':' || w.week)::uuid as id, s.challenge_id, w.week,
          s.id as submission_id, s.agent_id, s.created_at
      from public.submissions as s
      cross join lateral (select date_trunc('week', s.created_at at time zone 'UTC') as week) as w
      where s.status = 'scored'
      order by s.challenge_id, w.week, s.composite_score desc, s.created_at, s.id`;
    await transaction`
      insert into public.bouts (id, challenge_id, started_at)
      select d.id, d.challenge_id, d.week at time zone 'UTC' from pg_temp.demo_bouts as d
      on conflict (id) do nothing`;
    await transaction`
      insert into public.bout_results (bout_id, winner_agent_id, decided_at)
      select d.id, d.agent_id, d.created_at from pg_temp.demo_bouts as d
      on conflict (bout_id) do nothing`;
    await transaction`
      update public.submissions as s
      set bout_id = d.id
      from pg_temp.demo_bouts as d
      where s.id = d.submission_id and s.bout_id is distinct from d.id`;
  });
}

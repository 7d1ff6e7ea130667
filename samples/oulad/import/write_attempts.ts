import type postgres from "postgres";
import { count, type Written } from "./written.ts";

/** Writes the attempts that differ. Their facts follow from triggers, into partitions that are made before. */
export async function writeAttempts(sql: postgres.TransactionSql): Promise<Written> {
  await sql`
    create temporary table oulad_new_attempts on commit drop as
    select w.id, w.org_id, w.user_id, w.scenario_id, w.score, w.submitted_at
    from pg_temp.oulad_wanted_attempts as w
    except
    select a.id, a.org_id, a.user_id, a.scenario_id, a.score, a.ended_at
    from public.scenario_attempts as a
    where a.status = 'completed' and a.started_at = a.ended_at
        and num_nulls(a.duration_seconds, a.talk_ms, a.listen_ms) = 3`;
  const written = await count(sql`select count(*) from pg_temp.oulad_new_attempts`);
  if (written > 0) {
    await makeRoom(sql);
    // By day: facts that come month by month are written in half the time of facts that hop between partitions.
    await sql`
      insert into public.scenario_attempts (id, org_id, user_id, scenario_id, status, score, started_at, ended_at)
      select n.id, n.org_id, n.user_id, n.scenario_id, 'completed', n.score, n.submitted_at, n.submitted_at
      from pg_temp.oulad_new_attempts as n
      order by n.submitted_at
      on conflict (id) do update set
          org_id = excluded.org_id,
          user_id = excluded.user_id,
          scenario_id = excluded.scenario_id,
          status = excluded.status,
          score = excluded.score,
          duration_seconds = null,
          talk_ms = null,
          listen_ms = null,
          started_at = excluded.started_at,
          ended_at = excluded.ended_at`;
    // As with the arena's submissions: a first refresh comes sooner than autovacuum.
    await sql`analyze public.scenario_attempts, analytics.fact_scenario_attempts`;
  }
  return { wanted: await count(sql`select count(*) from pg_temp.oulad_wanted_attempts`), written };
}

/** The months and days of the dataset lie before those that the pack keeps ready. */
async function makeRoom(sql: postgres.TransactionSql): Promise<void> {
  await sql`
    select analytics.make_fact_partitions(d.first_on, d.last_on), freshet.fill_dim_time(d.first_on, d.last_on)
    from (
        select min(r.submitted_on) as first_on, max(r.submitted_on) as last_on from pg_temp.oulad_results as r
    ) as d`;
}

-- Object: freshet.write_attempt_facts()
-- Why: a fact is written once, when its attempt is completed; a new score changes it, and an attempt that is no longer
--      completed loses it. Triggers fire once a statement, and a statement that changes no fact writes none, so that
--      views and cached answers over the facts stay valid. Writers of one attempt wait for each other on its row, so
--      the facts follow in the same order. PL/pgSQL keeps the plans: a function in SQL would plan over all partitions
--      at each call.
create function freshet.write_attempt_facts(attempt_ids uuid[], date_keys date[])
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    perform freshet.fill_days_of_facts(date_keys);
    insert into analytics.fact_scenario_attempts as f (
        attempt_id, org_id, user_id, scenario_id, score, duration_seconds, talk_ms, listen_ms, started_at, ended_at, date_key
    )
    select
        a.attempt_id, a.org_id, a.user_id, a.scenario_id, a.score, a.duration_seconds, a.talk_ms, a.listen_ms,
        a.started_at, a.ended_at, a.date_key
    from unnest(attempt_ids, date_keys) as k (attempt_id, date_key)
    join freshet.completed_attempts as a on a.attempt_id = k.attempt_id and a.date_key = k.date_key
    -- Month by month: in any other order the rows cost twice as much, since each changes the partition.
    order by a.date_key
    on conflict (attempt_id, date_key) do update
    set org_id = excluded.org_id,
        user_id = excluded.user_id,
        scenario_id = excluded.scenario_id,
        score = excluded.score,
        duration_seconds = excluded.duration_seconds,
        talk_ms = excluded.talk_ms,
        listen_ms = excluded.listen_ms,
        started_at = excluded.started_at,
        ended_at = excluded.ended_at
    where (f.org_id, f.user_id, f.scenario_id, f.score, f.duration_seconds, f.talk_ms, f.listen_ms, f.started_at, f.ended_at)
        is distinct from (
            excluded.org_id, excluded.user_id, excluded.scenario_id, excluded.score, excluded.duration_seconds,
            excluded.talk_ms, excluded.listen_ms, excluded.started_at, excluded.ended_at
        );
end
$$;

revoke all on function freshet.write_attempt_facts(uuid[], date[]) from public, anon, authenticated;

comment on function freshet.write_attempt_facts(uuid[], date[]) is
    'Writes the facts of completed attempts, each identified by its id and day, from the current attempts. Idempotent.';

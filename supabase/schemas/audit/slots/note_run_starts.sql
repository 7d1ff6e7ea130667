-- Object: freshet.note_run_starts()
-- Why: which slots were kept is remembered for each job; see analytics.job_slots.
create function freshet.note_run_starts(runs freshet.audited_run[])
returns timestamptz
language sql
set search_path = pg_catalog, pg_temp
as $$
    with starts as (
        -- A run that never started has no time; the attempt is what counts here.
        select r.job_name, coalesce(r.started_at, r.ended_at, clock_timestamp()) as run_at from unnest(runs) as r
        union all
        select o.job_name, o.first_seen_at from analytics.open_runs as o
    ),
    noted as (
        insert into analytics.job_slots as s (job_name, last_run_at)
        select t.job_name, max(t.run_at) from starts as t group by t.job_name
        on conflict on constraint job_slots_pkey do update
        set last_run_at = greatest(s.last_run_at, excluded.last_run_at)
    )
    select min(t.run_at)
    from starts as t
    where t.run_at > (select a.last_audit_at from analytics.audit_state as a);
$$;

revoke all on function freshet.note_run_starts(freshet.audited_run[]) from public, anon, authenticated;

comment on function freshet.note_run_starts(freshet.audited_run[]) is
    'Remembers for each job when it last ran, and returns the first start since the last pass.';

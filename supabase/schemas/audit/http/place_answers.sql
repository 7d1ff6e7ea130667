-- Object: freshet.place_answers()
-- Why: pg_net does not say which job a request came from, so answers are matched with the jobs that ran in their
--      minute.
create function freshet.place_answers(since timestamptz)
returns table (slot timestamptz, suspects text[], failed_count bigint, last_failed_at timestamptz, outcome text)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    -- An answer carries the start time of its batch: after its request was committed, and after the batch before.
    batch constant interval := interval '1 minute';
    skew constant interval := interval '5 seconds';
    has_history constant boolean := coalesce(current_setting('cron.log_run', true), 'on') <> 'off';
begin
    return query
    with answers as materialized (select a.* from freshet.net_answers(since) as a),

    callers as materialized (
        select distinct t.job_name, t.jobid
        from freshet.texts_of_jobs('\mnet"?\s*\.\s*"?http_(get|post|delete)"?\s*\(') as t
    ),

    runs as materialized (
        select c.job_name, d.start_time, coalesce(d.end_time, clock_timestamp()) as end_time
        from cron.job_run_details as d
        join callers as c on c.jobid = d.jobid
        where d.runid > (select max(m.runid) - 20000 from cron.job_run_details as m)
            and d.start_time > '2000-01-01'
            -- A run without an end is still running; one with an implausible end would be a suspect for ever.
            and coalesce(d.end_time, clock_timestamp()) between since - batch and clock_timestamp() + interval '1 day'
    ),

    placed as (
        select
            date_trunc('minute', a.created) as slot, a.created, a.is_ok, a.outcome,
            case
                when has_history then array(
                    select distinct r.job_name
                    from runs as r
                    where r.start_time <= a.created + skew and r.end_time >= a.created - batch
                    order by r.job_name
                )
                -- Without a history any of them may have run.
                else array(select distinct c.job_name from callers as c order by c.job_name)
            end as suspects
        from answers as a
    )

    select
        p.slot, p.suspects, count(*) filter (where not p.is_ok), max(p.created) filter (where not p.is_ok),
        (array_agg(p.outcome order by p.created desc, p.outcome) filter (where not p.is_ok))[1]
    from placed as p
    group by p.slot, p.suspects
    order by p.slot, p.suspects;
end
$$;

revoke all on function freshet.place_answers(timestamptz) from public, anon, authenticated;

comment on function freshet.place_answers(timestamptz) is
    'Answers outside the ledger by minute, with the jobs that call pg_net themselves and ran then.';

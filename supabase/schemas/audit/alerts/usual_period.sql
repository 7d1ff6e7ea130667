-- Object: freshet.usual_period()
-- Why: a cause that spoke for whatever opened while it was open swallowed what it had nothing to do with: one job that runs
--      weekly and was refused a connection kept every stale view silent until Monday. A cause reaches the jobs that it
--      struck, for one period of each after its last strike.
create function freshet.usual_period(job text)
returns interval
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select coalesce(
        (select d.period from analytics.scheduled_jobs as d where d.job_name = usual_period.job),
        (select s.period from analytics.job_slots as s where s.job_name = usual_period.job),
        interval '1 hour'
    );
$$;

revoke all on function freshet.usual_period(text) from public, anon, authenticated;

comment on function freshet.usual_period(text) is 'Distance of a job''s runs: as declared, else as the calendar has it, else an hour.';

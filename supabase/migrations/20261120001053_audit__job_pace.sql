-- Object: analytics.job_pace, private.note_pace(), private.seconds_of_schedule(), private.time_limit_of_job()
-- Grain: one row per job that has run
-- Why: whether runs pile up, come near their limit or end too soon shows only beside the runs before them, and those
--      are not read again. What is needed of them is kept here, a few numbers a job.

create table analytics.job_pace (
    job_name text primary key,
    last_runid bigint not null,
    last_started_at timestamptz,
    last_ended_at timestamptz,
    last_success_runid bigint,
    last_success_started_at timestamptz,
    queued_count integer not null default 0,
    recent_seconds numeric[] not null default '{}'
);
alter table analytics.job_pace enable row level security;
revoke all on table analytics.job_pace from public, anon, authenticated;

comment on table analytics.job_pace is 'How each job has been running lately, from the runs that were taken.';
comment on column analytics.job_pace.queued_count is 'Runs in a row that began as soon as the one before them ended, which had run into the next slot.';
comment on column analytics.job_pace.recent_seconds is 'Durations of the last 20 runs that succeeded, oldest first.';

create function private.seconds_of_schedule(schedule text)
returns integer
language sql
immutable
set search_path = ''
as $$
    -- Nothing else can be due more often than each minute.
    select coalesce(substring(schedule from '^\s*(\d{1,2})\s+seconds?\s*$')::integer, 60);
$$;
revoke all on function private.seconds_of_schedule(text) from public, anon, authenticated;
comment on function private.seconds_of_schedule(text) is 'The shortest time between two slots that the schedule allows for.';

create function private.time_limit_of_job(job_name text)
returns interval
language sql
stable
set search_path = ''
as $$
    with setting as (
        select
            substring(j.command from '(?i)set\s+(?:local\s+|session\s+)?statement_timeout\s*(?:=|to)\s*''?\s*(\d+\s*(?:ms|s|min|h|d)?)''?') as of_command,
            (
                -- The most particular one counts: role in database, role, database.
                select o.option_value
                from pg_catalog.pg_db_role_setting as s
                join pg_catalog.pg_roles as r on r.rolname = j.username
                join pg_catalog.pg_database as d on d.datname = j.database
                cross join lateral pg_options_to_table(s.setconfig) as o
                where o.option_name = 'statement_timeout'
                    and s.setrole in (0, r.oid) and s.setdatabase in (0, d.oid)
                order by s.setrole <> 0 desc, s.setdatabase <> 0 desc
                limit 1
            ) as of_role
        from cron.job as j
        where j.jobname = time_limit_of_job.job_name
        order by j.jobid
        limit 1
    ),
    written as (
        select regexp_replace(lower(coalesce(s.of_command, s.of_role)), '\s', '', 'g') as text from setting as s
    ),
    split as (
        select substring(w.text from '^\d+')::bigint as amount, substring(w.text from '[a-z]+$') as unit from written as w
    )
    select nullif(s.amount, 0) * case coalesce(s.unit, 'ms')
        when 'ms' then interval '1 millisecond'
        when 's' then interval '1 second'
        when 'min' then interval '1 minute'
        when 'h' then interval '1 hour'
        when 'd' then interval '1 day'
    end
    from split as s;
$$;
revoke all on function private.time_limit_of_job(text) from public, anon, authenticated;
comment on function private.time_limit_of_job(text) is
    'The statement timeout that the runs of a job have: of its command, else of its role; null when there is none.';

create function private.note_pace(runs private.audited_run[])
returns void
language plpgsql
set search_path = ''
as $$
declare
    run record;
    pace analytics.job_pace;
    is_queued boolean;
begin
    for run in
        select r.*, extract(epoch from r.ended_at - r.started_at) as seconds,
            private.seconds_of_schedule(private.schedule_of_job(r.job_name)) as period_seconds
        from unnest(runs) as r
        order by r.runid
    loop
        select * into pace from analytics.job_pace as p where p.job_name = run.job_name;
        -- Only a run that lasted into the next slot makes the next one wait.
        is_queued := coalesce(
            run.runid > pace.last_runid
            and run.started_at between pace.last_ended_at - interval '1 second' and pace.last_ended_at + interval '2 seconds'
            and extract(epoch from pace.last_ended_at - pace.last_started_at) >= 0.8 * run.period_seconds,
            false
        );
        insert into analytics.job_pace as p (
            job_name, last_runid, last_started_at, last_ended_at, last_success_runid, last_success_started_at, recent_seconds
        )
        values (
            run.job_name, run.runid, run.started_at, run.ended_at,
            case when run.ending = 'succeeded' then run.runid end,
            case when run.ending = 'succeeded' then run.started_at end,
            case when run.ending = 'succeeded' and run.seconds is not null then array[run.seconds] else '{}' end
        )
        on conflict on constraint job_pace_pkey do update
        set last_runid = greatest(p.last_runid, excluded.last_runid),
            last_started_at = case when excluded.last_runid > p.last_runid then excluded.last_started_at else p.last_started_at end,
            last_ended_at = case when excluded.last_runid > p.last_runid then excluded.last_ended_at else p.last_ended_at end,
            last_success_runid = greatest(p.last_success_runid, excluded.last_success_runid),
            last_success_started_at = greatest(p.last_success_started_at, excluded.last_success_started_at),
            queued_count = case when is_queued then p.queued_count + 1 else 0 end,
            recent_seconds = (p.recent_seconds || excluded.recent_seconds)[
                greatest(1, cardinality(p.recent_seconds || excluded.recent_seconds) - 19):
            ];
    end loop;

    delete from analytics.job_pace as p
    where private.is_audit_sighted()
        and not exists (
            select from cron.job as j where coalesce(j.jobname::text, 'jobid:' || j.jobid) = p.job_name
        );
end
$$;
revoke all on function private.note_pace(private.audited_run[]) from public, anon, authenticated;
comment on function private.note_pace(private.audited_run[]) is
    'Keeps what the next runs of each job are compared with. Not idempotent: each run is given once.';

-- Kind: read_only
-- Means: transactions are read-only by default for the jobs of this database.
-- Why: a job's writes fail, and pg_cron cannot write its history.
insert into analytics.alert_kinds (kind, severity, has_job_thresholds, can_flap, summary)
values ('read_only', 'fatal', false, false, 'Transactions are read-only by default: writes of jobs fail, and pg_cron cannot write its history.');

insert into analytics.audit_detectors (place, detector, call, needs_history)
values (
    700, 'read_only',
    'freshet.detect_read_only()',
    false
);

create function freshet.find_read_only()
returns setof freshet.audit_finding
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    with settings as (
        select s.setrole, s.setdatabase, o.option_value::boolean as is_on
        from pg_db_role_setting as s
        cross join lateral pg_options_to_table(s.setconfig) as o
        where o.option_name = 'default_transaction_read_only'
            and s.setdatabase in (0, (select d.oid from pg_database as d where d.datname = current_database()))
    ),
    -- Settings of this session or its role say nothing about other sessions.
    server as (
        select coalesce(
            (
                select g.setting::boolean from pg_settings as g
                where g.name = 'default_transaction_read_only'
                    and g.source in ('default', 'configuration file', 'command line', 'environment variable')
            ),
            false
        ) as is_on
    ),
    owners as (
        select
            j.owner, count(*) as job_count, to_jsonb((array_agg(j.job_name order by j.jobid))[1:20]) as jobs,
            -- As for a new session of that role: its setting for this database, its own, the database's, the server's.
            coalesce(
                (select s.is_on from settings as s where s.setrole = r.oid and s.setdatabase <> 0),
                (select s.is_on from settings as s where s.setrole = r.oid and s.setdatabase = 0)
            ) as of_role,
            (select s.is_on from settings as s where s.setrole = 0 and s.setdatabase <> 0) as of_database
        from freshet.known_cron_jobs() as j
        join pg_roles as r on r.rolname = j.owner
        where j.active and j.database = current_database()
            -- A command that sets the mode itself.
            and j.command !~* 'transaction_read_only\M|\mread\s+write\M'
        group by j.owner, r.oid
    ),
    struck as (
        select
            case
                when o.of_role then format('role %s', o.owner)
                when o.of_role is null and o.of_database then format('database %s', current_database())
                when o.of_role is null and o.of_database is null and s.is_on then 'server'
            end as subject,
            o.*
        from owners as o
        cross join server as s
    )
    select
        k.subject,
        jsonb_build_object(
            'jobs', (array_agg(k.jobs order by k.job_count desc))[1],
            'owner', case when k.subject like 'role %' then min(k.owner) end,
            -- A role may be meant to read only; its jobs then fail or have nothing to write.
            'severity', case when k.subject like 'role %' then 'error' else 'fatal' end,
            'message', format(
                'default_transaction_read_only is on for %s: %s %s in read-only transactions',
                case when k.subject = 'server' then 'the whole server' else k.subject end, sum(k.job_count),
                case sum(k.job_count) when 1 then 'job runs' else 'jobs run' end
            )
        )
    from struck as k
    where k.subject is not null
    group by k.subject;
$$;

create function freshet.detect_read_only()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    perform freshet.observe_findings(
        'read_only',
        array(select f from freshet.find_read_only() as f),
        array['server', format('database %s', current_database())] || array(select 'role ' || r.rolname from pg_roles as r)
    );
    -- The failures with that message follow from it.
    update analytics.incidents as i
    set cause_id = c.incident_id
    from analytics.incidents as c
    where c.kind = 'read_only' and c.closed_at is null
        and i.kind = 'failed' and i.closed_at is null and i.announced_at is null and i.cause_id is null
        and freshet.severity_rank(i.severity) <= freshet.severity_rank(c.severity)
        and i.evidence ->> 'message' like '%in a read-only transaction%'
        and (c.subject not like 'role %' or c.evidence -> 'jobs' ? i.job_name);
end
$$;

revoke all on function freshet.find_read_only() from public, anon, authenticated;

revoke all on function freshet.detect_read_only() from public, anon, authenticated;

comment on function freshet.find_read_only() is
    'Where default_transaction_read_only is on for the jobs of this database: "server", "database <name>" or "role <name>".';

comment on function freshet.detect_read_only() is 'Kind read_only: transactions of jobs are read-only by default.';

-- Object: private.detect_bundled_refreshes(), private.detect_unset_timeout(), private.find_read_only(), private.purge_runs() (replaced)
-- Why: what reads the commands of jobs tells them by the names that all else does; and a run that ended at no moment that can
--      have been is as old as the runs around it, and no purge stops at it.

create or replace function private.detect_bundled_refreshes()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    began_at constant timestamptz := clock_timestamp();
    pattern constant text := 'refresh\s+materialized\s+view\s+(?:concurrently\s+)?(["\w.]+)|analytics\.refresh_view\(\s*''(\w+)''';
begin
    perform private.observe(
        kind => 'bundled_refreshes',
        subject => m.job_name,
        state => 'bad',
        observed_at => clock_timestamp(),
        evidence => jsonb_build_object(
            'job', m.job_name,
            'schedule', m.schedule,
            'message', format('%s refreshes %s views at once', m.place, m.view_count)
        )
    )
    from (
        -- Few functions refresh anything: they are looked for once, and not once for each job.
        with refreshing_functions as materialized (
            select
                'function ' || p.oid::regprocedure as place,
                p.prosrc as text,
                '\m' || regexp_replace(p.proname, '([^\w])', '\\\1', 'g') || '"?\s*\(' as call_pattern
            from pg_catalog.pg_proc as p
            join pg_catalog.pg_namespace as n on n.oid = p.pronamespace
            -- Ours are one view each. A procedure that commits in between has no such bond.
            where n.nspname not in ('analytics', 'private', 'pg_catalog', 'information_schema', 'cron')
                and p.prosrc ~* 'refresh\s+materialized'
                and p.prosrc !~* '\mcommit\M'
        ),

        jobs as (
            select c.job_name, c.schedule, c.command
            from private.known_cron_jobs() as c
            where c.active
        ),

        texts as (
            select j.job_name, j.schedule, 'its command' as place, j.command as text
            from jobs as j
            union all
            select j.job_name, j.schedule, r.place, r.text
            from jobs as j
            join refreshing_functions as r on j.command ~* r.call_pattern
        ),

        counted as (
            select t.job_name, t.schedule, t.place, count(distinct coalesce(f.found[1], f.found[2])) as view_count
            from texts as t
            cross join lateral regexp_matches(t.text, pattern, 'gi') as f (found)
            group by t.job_name, t.schedule, t.place
        )

        select distinct on (c.job_name) c.job_name, c.schedule, c.place, c.view_count
        from counted as c
        where c.view_count > 1
        order by c.job_name, c.view_count desc
    ) as m
    order by m.job_name;

    perform private.observe('bundled_refreshes', f.subject, 'ok', clock_timestamp(), '{}')
    from analytics.findings as f
    where f.kind = 'bundled_refreshes'
        and f.state = 'bad'
        and f.last_observed_at < began_at;
end
$$;

create or replace function private.detect_unset_timeout()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    subjects text[];
begin
    select coalesce(array_agg(j.job_name), '{}') into subjects
    from private.known_cron_jobs() as j
    where j.active
        and j.command ~* 'refresh\s+materialized\s+view|analytics\.refresh_view\('
        and j.command !~* '\mset\s+(local\s+|session\s+)?statement_timeout\M';

    perform private.observe(
        kind => 'unset_timeout',
        subject => s.job_name,
        state => 'bad',
        observed_at => clock_timestamp(),
        evidence => jsonb_build_object(
            'job', s.job_name,
            'schedule', private.schedule_of_job(s.job_name),
            'message', format(
                'its command sets no statement_timeout, so it has %s',
                coalesce(private.time_limit_of_job(s.job_name)::text, 'that of the server')
            )
        )
    )
    from unnest(subjects) as s (job_name)
    order by s.job_name;

    perform private.observe('unset_timeout', f.subject, 'ok', clock_timestamp(), '{}')
    from analytics.findings as f
    where f.kind = 'unset_timeout' and f.state = 'bad' and f.subject <> all (subjects);
end
$$;

create or replace function private.find_read_only()
returns setof private.audit_finding
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
    -- What this session got from its role, or set, says nothing of others.
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
            -- As a session of that role begins: its own setting here, its own, the database's, the server's.
            coalesce(
                (select s.is_on from settings as s where s.setrole = r.oid and s.setdatabase <> 0),
                (select s.is_on from settings as s where s.setrole = r.oid and s.setdatabase = 0)
            ) as of_role,
            (select s.is_on from settings as s where s.setrole = 0 and s.setdatabase <> 0) as of_database
        from private.known_cron_jobs() as j
        join pg_roles as r on r.rolname = j.owner
        where j.active and j.database = current_database()
            -- One that says what it wants.
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

create or replace function private.purge_runs(rule analytics.retention)
returns bigint
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    state analytics.audit_state;
    -- The newest run always stays: a history that seems to go back would begin a new epoch.
    newest_runid constant bigint := (select max(d.runid) from cron.job_run_details as d);
    ended_before constant timestamptz := now() - rule.keep_for;
    rule_name text;
    swept_runid bigint;
    youngest_old_runid bigint;
    first_kept_runid bigint;
    timeless_up_to bigint;
    deleted_count bigint;
begin
    select * into strict state from analytics.audit_state;
    -- What stays of others would be read again each hour. Another rule, or a history that began again, begins again as well.
    rule_name := format('%s %s %s', rule.keep_for, rule.of_all_jobs, state.epoch);
    swept_runid := case when rule.swept ->> 'rule' = rule_name then (rule.swept ->> 'runid')::bigint else 0 end;

    -- The lowest runids are the oldest. Some have no times, as they never started: one that is followed by a run that is
    -- old enough is itself old enough.
    with lowest as (
        select d.runid, coalesce(private.run_time(d.end_time), private.run_time(d.start_time)) as ended_at
        from cron.job_run_details as d
        where d.status in ('succeeded', 'failed')
            and d.runid > swept_runid
            and d.runid <= state.low_runid
            and d.runid < newest_runid
        order by d.runid
        limit rule.batch_size
    )
    select max(l.runid) filter (where l.ended_at < ended_before), case when max(l.ended_at) is null then max(l.runid) end
    into youngest_old_runid, timeless_up_to
    from lowest as l;

    -- A whole batch of them: the first run with times that comes after it decides.
    if timeless_up_to is not null then
        select case when d.end_time < ended_before then timeless_up_to end into youngest_old_runid
        from cron.job_run_details as d
        where d.runid > timeless_up_to and private.run_time(d.end_time) is not null
        order by d.runid
        limit 1;
    end if;

    delete from cron.job_run_details as d
    where d.runid > swept_runid
        and d.runid <= youngest_old_runid
        and d.status in ('succeeded', 'failed')
        and (rule.of_all_jobs or private.is_own_run(d.command))
        and coalesce(private.run_time(d.end_time), private.run_time(d.start_time), '-infinity') < ended_before
        -- An open run is read again by its runid, by the pass that sees it end.
        and not exists (select from analytics.open_runs as o where o.epoch = state.epoch and o.runid = d.runid);
    get diagnostics deleted_count = row_count;

    -- One that has to stay for now is looked at again.
    select min(d.runid) into first_kept_runid
    from cron.job_run_details as d
    where d.runid > swept_runid
        and d.runid <= youngest_old_runid
        and d.status in ('succeeded', 'failed')
        and (rule.of_all_jobs or private.is_own_run(d.command));
    update analytics.retention as r
    set swept = r.swept || jsonb_build_object('rule', rule_name, 'runid', coalesce(first_kept_runid - 1, youngest_old_runid))
    where r.history = rule.history and youngest_old_runid is not null;

    delete from analytics.known_jobs as k
    where k.last_seen_at < least(ended_before, state.last_audit_at - rule.keep_for);
    return deleted_count;
end
$$;

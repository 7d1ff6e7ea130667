-- Object: private.detect_bundled_refreshes(), private.detect_unset_timeout()
-- Why: several views in one command or function are one transaction: the error of one undoes the refresh of all, and
--      locks are held until the last one has ended.

insert into analytics.alert_kinds (kind, severity, has_job_thresholds, summary)
values ('bundled_refreshes', 'warning', false, 'A job refreshes several views in one transaction: one error undoes them all.');

create function private.detect_bundled_refreshes()
returns void
language plpgsql
set search_path = ''
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
        select distinct on (t.job_name) t.job_name, t.schedule, t.place, t.view_count
        from (
            select j.job_name, j.schedule, s.place, count(distinct coalesce(f.found[1], f.found[2])) as view_count
            from (
                select coalesce(c.jobname::text, 'jobid:' || c.jobid) as job_name, c.schedule, c.command
                from cron.job as c
                where c.active
            ) as j
            cross join lateral (
                select 'its command' as place, j.command as text
                union all
                -- Ours are one view each. A procedure that commits in between has no such bond.
                select 'function ' || p.oid::regprocedure, p.prosrc
                from pg_catalog.pg_proc as p
                join pg_catalog.pg_namespace as n on n.oid = p.pronamespace
                where n.nspname not in ('analytics', 'private', 'pg_catalog', 'information_schema', 'cron')
                    and p.prosrc ~* 'refresh\s+materialized'
                    and p.prosrc !~* '\mcommit\M'
                    and j.command ~* ('\m' || regexp_replace(p.proname, '([^\w])', '\\\1', 'g') || '"?\s*\(')
            ) as s
            cross join lateral regexp_matches(s.text, pattern, 'gi') as f (found)
            group by j.job_name, j.schedule, s.place
        ) as t
        order by t.job_name, t.view_count desc
    ) as m
    where m.view_count > 1
    order by m.job_name;

    perform private.observe('bundled_refreshes', f.subject, 'ok', clock_timestamp(), '{}')
    from analytics.findings as f
    where f.kind = 'bundled_refreshes'
        and f.state = 'bad'
        and f.last_observed_at < began_at;
end
$$;
revoke all on function private.detect_bundled_refreshes() from public, anon, authenticated;
comment on function private.detect_bundled_refreshes() is
    'Kind bundled_refreshes: a job whose command, or a function in it, refreshes more than one view.';

-- Why: the two minutes of a hosted project, or whatever the role has, cut a refresh off; a limit in a function does not
--      help under pg_cron, one in the command does.
insert into analytics.alert_kinds (kind, severity, has_job_thresholds, summary)
values ('unset_timeout', 'warning', false, 'A job refreshes a view without a statement timeout in its command.');

create function private.detect_unset_timeout()
returns void
language plpgsql
set search_path = ''
as $$
declare
    subjects text[];
begin
    select coalesce(array_agg(coalesce(j.jobname::text, 'jobid:' || j.jobid)), '{}') into subjects
    from cron.job as j
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
revoke all on function private.detect_unset_timeout() from public, anon, authenticated;
comment on function private.detect_unset_timeout() is
    'Kind unset_timeout: a job whose command refreshes a view and sets no statement timeout.';

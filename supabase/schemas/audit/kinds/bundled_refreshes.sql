-- Kind: bundled_refreshes
-- Means: one job refreshes several views in one transaction.
-- Why: one error undoes the refreshes of all of them.
insert into analytics.alert_kinds (kind, severity, has_job_thresholds, can_flap, summary)
values ('bundled_refreshes', 'warning', false, false, 'A job refreshes several views in one transaction: one error undoes them all.');

insert into analytics.audit_detectors (place, detector, call, needs_history)
values (
    735, 'bundled_refreshes',
    'freshet.detect_bundled_refreshes()',
    false
);

insert into analytics.alert_causes (kind, cause, reach, rank)
values
    -- How a broken job is written is part of its alert.
    ('bundled_refreshes', 'failed', 'job', 10),
    ('bundled_refreshes', 'timed_out', 'job', 10);

create function freshet.detect_bundled_refreshes()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    began_at constant timestamptz := clock_timestamp();
    pattern constant text := 'refresh\s+materialized\s+view\s+(?:concurrently\s+)?(["\w.]+)|analytics\.refresh_view\(\s*''(\w+)''';
begin
    perform freshet.observe(
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
        -- Few functions refresh anything, so they are found once and not once for each job: searching the text of every
        -- function for each job took four fifths of a pass.
        with candidates as materialized (
            -- Before their texts are searched: most functions are the server's or Freshet's own, which refresh one view
            -- each.
            select p.oid, p.proname, p.prosrc
            from pg_catalog.pg_proc as p
            join pg_catalog.pg_namespace as n on n.oid = p.pronamespace
            where n.nspname not in ('analytics', 'freshet', 'pg_catalog', 'information_schema', 'cron')
        ),

        refreshing_functions as materialized (
            select
                'function ' || p.oid::regprocedure as place,
                p.prosrc as text,
                '\m' || regexp_replace(p.proname, '([^\w])', '\\\1', 'g') || '"?\s*\(' as call_pattern
            from candidates as p
            -- A procedure that commits between views does not bundle them.
            where p.prosrc ~* 'refresh\s+materialized'
                and p.prosrc !~* '\mcommit\M'
        ),

        jobs as (
            select c.job_name, c.schedule, c.command
            from freshet.known_cron_jobs() as c
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

    perform freshet.observe('bundled_refreshes', f.subject, 'ok', clock_timestamp(), '{}')
    from analytics.findings as f
    where f.kind = 'bundled_refreshes'
        and f.state = 'bad'
        and f.last_observed_at < began_at;
end
$$;

revoke all on function freshet.detect_bundled_refreshes() from public, anon, authenticated;

comment on function freshet.detect_bundled_refreshes() is
    'Kind bundled_refreshes: a job whose command, or a function in it, refreshes more than one view.';

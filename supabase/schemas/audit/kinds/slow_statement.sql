-- Kind: slow_statement
-- Means: a statement that reads relations of schema analytics took five seconds or more.
-- Why: readers past the functions, BI tools above all, tell no one that they wait.
insert into analytics.alert_kinds (kind, severity, has_job_thresholds, can_flap, summary)
values ('slow_statement', 'warning', false, true, 'A statement over relations of schema analytics took five seconds or more.');

insert into analytics.audit_detectors (place, detector, call, needs_history)
values (
    757, 'slow_statements',
    'freshet.observe_findings(''slow_statement'', array(select f from freshet.find_slow_statements() as f), array(select s.queryid::text from analytics.slow_statements as s))',
    false
);

create function freshet.find_slow_statements()
returns setof freshet.audit_finding
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    perform freshet.watch_slow_statements();

    -- Two roles may run one statement: the slower of them is named.
    return query
    select distinct on (s.queryid)
        s.queryid::text,
        jsonb_build_object(
            'message', format(
                'statement %s of role "%s" took %s seconds, 5 at most are expected',
                s.queryid, coalesce(r.rolname, s.userid::text), round(s.last_slow_ms / 1000, 1)
            ),
            'queryid', s.queryid::text,
            'role', r.rolname,
            'last_slow_ms', round(s.last_slow_ms),
            'calls_count', s.calls_count
        )
    from analytics.slow_statements as s
    left join pg_catalog.pg_roles as r on r.oid = s.userid
    where s.last_slow_at >= clock_timestamp() - interval '1 hour'
    order by s.queryid, s.last_slow_ms desc;
end
$$;

revoke all on function freshet.find_slow_statements() from public, anon, authenticated;

comment on function freshet.find_slow_statements() is
    'Kind slow_statement: statements that were slow within the last hour, where pg_stat_statements is loaded.';

-- Kind: groups_slow
-- Means: a view that is refreshed by group gains nothing by it: its groups take longer than computing everything.
-- Why: most often a source has no index over the key of a group. Nothing is wrong with the rows, so it is a note.
-- Why five: a large import makes the groups dearer once or twice.
insert into analytics.alert_kinds (kind, severity, has_job_thresholds, can_flap, summary)
values (
    'groups_slow', 'info', false, false,
    'The groups of an incremental view take longer than computing everything, most often because a source lacks an index.'
);

insert into analytics.audit_detectors (place, detector, call, needs_history)
values (
    1050, 'groups_slow',
    'freshet.observe_findings(''groups_slow'', array(select f from freshet.find_groups_slow() as f), array(select v.view_name from analytics.views as v))',
    false
);

create function freshet.find_groups_slow()
returns setof freshet.audit_finding
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select
        v.view_name,
        jsonb_build_object(
            'view', v.view_name,
            'slow_run_count', v.slow_run_count,
            'message', format(
                'at the last %s refreshes its groups were dearer than computing everything, which takes %s ms, and a group %s ms; %s',
                v.slow_run_count, round(v.rebuild_ms::numeric), round(v.group_ms::numeric, 1),
                coalesce(u.told, 'each source has an index for them')
            ),
            'repair_hint', u.remedy
        )
    from analytics.incremental_views as v
    cross join lateral (
        select
            string_agg(
                format('%s (reference %s) has no index over %s', r.source, r.reference, r.columns), '; ' order by r.source::text, r.reference
            ) as told,
            string_agg(format('create index on %s (%s);', r.source, r.columns), E'\n' order by r.source::text, r.reference) as remedy
        from freshet.unindexed_references(v.view_name) as r
    ) as u
    where v.slow_run_count >= 5;
$$;

revoke all on function freshet.find_groups_slow() from public, anon, authenticated;

comment on function freshet.find_groups_slow() is
    'Kind groups_slow: incremental views whose groups were dearer than computing everything at each of the last five refreshes, and the sources without a supporting index.';

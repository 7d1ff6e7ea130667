-- Kind: not_refreshable
-- Means: a registered view is gone, or has lost what a concurrent refresh needs.
-- Why: every refresh of it fails from now on, and its schedule may be far away.
insert into analytics.alert_kinds (kind, severity, has_job_thresholds, can_flap, summary)
values ('not_refreshable', 'error', false, false, 'A view has lost what a concurrent refresh needs.');

insert into analytics.audit_detectors (place, detector, call, needs_history)
values (
    710, 'not_refreshable',
    'freshet.detect_not_refreshable()',
    false
);

create function freshet.detect_not_refreshable()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    perform freshet.observe(
        kind => 'not_refreshable',
        subject => v.view_name,
        state => case when v.flaw is null then 'ok' else 'bad' end,
        observed_at => clock_timestamp(),
        evidence => jsonb_build_object('view', v.view_name, 'job', v.job_name, 'schedule', v.schedule, 'message', v.flaw)
    )
    from (
        select
            r.view_name, r.job_name, r.schedule,
            case
                when c.oid is null then 'the view does not exist'
                when i.view_name is not null and c.relkind <> 'r' then 'it is no table, as an incremental view is'
                when i.view_name is not null and to_regclass(freshet.definition_of(r.view_name)) is null
                    then format('its query %s does not exist', freshet.definition_of(r.view_name))
                when i.view_name is null and c.relkind <> 'm' then 'it is no materialized view'
                when not exists (
                    select from pg_catalog.pg_index as i
                    where i.indrelid = c.oid
                        and i.indisunique and i.indisvalid and i.indimmediate
                        and i.indpred is null
                        and not (0 = any (i.indkey::int2[]))
                ) then 'it has no valid unique index over plain columns'
            end as flaw
        from analytics.views as r
        left join analytics.incremental_views as i on i.view_name = r.view_name
        left join pg_catalog.pg_class as c on c.oid = to_regclass(format('analytics.%I', r.view_name))
    ) as v
    order by v.view_name;

    perform freshet.withdraw_subjects('not_refreshable', array(select v.view_name from analytics.views as v));
end
$$;

revoke all on function freshet.detect_not_refreshable() from public, anon, authenticated;

comment on function freshet.detect_not_refreshable() is
    'Kind not_refreshable: a registered view is gone or has no usable unique index.';

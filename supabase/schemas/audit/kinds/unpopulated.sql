-- Kind: unpopulated
-- Means: a view has no rows to read, not even old ones.
-- Why: every read of it fails.
insert into analytics.alert_kinds (kind, severity, has_job_thresholds, can_flap, summary)
values ('unpopulated', 'error', false, false, 'A view has no rows to read, not even old ones: every read of it fails.');

insert into analytics.audit_detectors (place, detector, call, needs_history)
values (
    715, 'unpopulated',
    'freshet.detect_unpopulated()',
    false
);

create function freshet.detect_unpopulated()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    perform freshet.observe(
        kind => 'unpopulated',
        subject => v.view_name,
        state => case
            when freshet.is_filled(v) then 'ok'
            -- A view created "with no data" has one objective's time for its first refresh, counted again from the
            -- first pass.
            when v.refreshed_at is null
                and greatest(v.registered_at, (select freshet.judged_since())) > clock_timestamp() - v.stale_after
                then 'ok'
            else 'bad'
        end,
        observed_at => clock_timestamp(),
        evidence => jsonb_build_object(
            'view', v.view_name,
            'job', v.job_name,
            'schedule', v.schedule,
            'message', case
                when v.refreshed_at is null then 'never refreshed since it was registered'
                else 'emptied "with no data" since its last refresh'
            end
        )
    )
    from analytics.views as v
    join pg_catalog.pg_class as c on c.oid = to_regclass(format('analytics.%I', v.view_name)) and c.relkind in ('m', 'r')
    order by v.view_name;

    perform freshet.withdraw_subjects('unpopulated', array(select v.view_name from analytics.views as v));
end
$$;

revoke all on function freshet.detect_unpopulated() from public, anon, authenticated;

comment on function freshet.detect_unpopulated() is 'Kind unpopulated: a registered view that cannot be read.';

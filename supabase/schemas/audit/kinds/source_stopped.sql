-- Kind: source_stopped
-- Means: a view is refreshed, but its newest source row is too old.
-- Why: the refresh succeeds; the writer of the source has stopped.
insert into analytics.alert_kinds (kind, severity, has_job_thresholds, can_flap, summary)
values ('source_stopped', 'error', false, false, 'A view is refreshed, but its newest source row is too old: the writer of the source has stopped.');

insert into analytics.audit_detectors (place, detector, call, needs_history)
values (
    725, 'source_stopped',
    'freshet.detect_source_stopped()',
    false
);

create function freshet.detect_source_stopped()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    perform freshet.observe(
        kind => 'source_stopped',
        subject => v.view_name,
        state => case
            when v.source_age is null then 'unknown'
            when v.source_age > coalesce(v.source_warn_after, v.source_error_after) then 'bad'
            else 'ok'
        end,
        observed_at => clock_timestamp(),
        evidence => jsonb_build_object(
            'view', v.view_name,
            'job', v.job_name,
            'schedule', v.schedule,
            'source_as_of', v.source_as_of,
            'severity', case when v.source_age > v.source_error_after then 'error' else 'warning' end,
            'message', format(
                'the newest row of %s was %s seconds old when the view was verified, expected %s at most', v.source_at_table,
                extract(epoch from v.source_age)::bigint,
                extract(epoch from coalesce(v.source_warn_after, v.source_error_after))::bigint
            )
        )
    )
    from (
        -- As of the verification: a missing refresh is not the fault of the source.
        select r.*, r.verified_at - r.source_as_of as source_age
        from analytics.views as r
        where coalesce(r.source_warn_after, r.source_error_after) is not null
    ) as v
    order by v.view_name;

    perform freshet.withdraw_subjects('source_stopped', array(
        select v.view_name from analytics.views as v where coalesce(v.source_warn_after, v.source_error_after) is not null
    ));
end
$$;

revoke all on function freshet.detect_source_stopped() from public, anon, authenticated;

comment on function freshet.detect_source_stopped() is
    'Kind source_stopped: the newest source row of a view is older than source_warn_after, or source_error_after.';

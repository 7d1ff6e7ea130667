-- Kind: stale
-- Means: the rows of a view are older than its objective.
-- Why: readers care about the age of the rows, whatever its cause. An age that grew before the first pass is not
--      reported. If it keeps growing, it is reported one objective, or one limit, after that pass. The alert gives the
--      whole age.
insert into analytics.alert_kinds (kind, severity, has_job_thresholds, can_flap, summary)
values ('stale', 'error', false, true, 'The rows of a view are older than its objective.');

insert into analytics.audit_detectors (place, detector, call, needs_history)
values (
    900, 'stale',
    'freshet.detect_stale()',
    false
);

insert into analytics.alert_causes (kind, cause, reach, rank)
values
    -- A job without an owner keeps the scheduler in a crash loop.
    ('stale', 'orphan_owner', 'owner', 1),
    ('stale', 'read_only', 'lasting', 1),
    ('stale', 'scheduler_gone', 'lasting', 2),
    ('stale', 'infrastructure', 'struck', 4),
    -- A time in which nothing was started leaves views old, and so does a job that does not do its work.
    ('stale', 'missed', 'once', 8),
    ('stale', 'failed', 'job', 9),
    ('stale', 'http_failed', 'job', 9),
    ('stale', 'inactive', 'job', 9),
    ('stale', 'missing', 'job', 9),
    ('stale', 'not_refreshable', 'job', 9),
    ('stale', 'stuck', 'job', 9),
    ('stale', 'timed_out', 'job', 9);

create function freshet.detect_stale()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    perform freshet.observe(
        kind => 'stale',
        subject => v.view_name,
        state => case
            -- It cannot be read at all: detect_unpopulated reports that.
            when not v.is_populated then 'unknown'
            when v.judged_age > coalesce(v.warn_after, v.stale_after) then 'bad'
            else 'ok'
        end,
        observed_at => clock_timestamp(),
        evidence => jsonb_build_object(
            'view', v.view_name,
            'job', v.job_name,
            'schedule', v.schedule,
            'verified_at', v.verified_at,
            'stale_after_seconds', extract(epoch from v.stale_after)::bigint,
            'age_seconds', extract(epoch from v.age)::bigint,
            'severity', case when v.judged_age <= v.stale_after then 'warning' else 'error' end,
            'message', case
                when v.verified_at is null then 'never refreshed since it was registered'
                else format(
                    'last verified %s seconds ago, objective %s seconds',
                    extract(epoch from v.age)::bigint, extract(epoch from v.stale_after)::bigint
                )
            end
        )
    )
    from (
        select
            r.*,
            -- A view has one objective's time for its first refresh.
            clock_timestamp() - coalesce(r.verified_at, r.registered_at) as age,
            clock_timestamp() - greatest(coalesce(r.verified_at, r.registered_at), (select freshet.judged_since())) as judged_age,
            coalesce(freshet.is_filled(r), true) as is_populated
        from analytics.views as r
    ) as v
    order by v.view_name;

    perform freshet.withdraw_subjects('stale', array(select v.view_name from analytics.views as v));
end
$$;

revoke all on function freshet.detect_stale() from public, anon, authenticated;

comment on function freshet.detect_stale() is 'Kind stale: a view whose rows were not verified within its objective; a warning from warn_after on.';

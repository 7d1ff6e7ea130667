-- Object: private.detect_stale()
-- Why: readers care for the age of the rows, whatever its cause.

create function private.detect_stale()
returns void
language plpgsql
set search_path = ''
as $$
begin
    perform private.observe(
        kind => 'stale',
        subject => v.view_name,
        -- A view gets the time of one objective for its first refresh.
        state => case
            when clock_timestamp() - coalesce(v.verified_at, v.registered_at) > v.stale_after then 'bad' else 'ok'
        end,
        observed_at => clock_timestamp(),
        evidence => jsonb_build_object(
            'view', v.view_name,
            'job', v.job_name,
            'schedule', v.schedule,
            'verified_at', v.verified_at,
            'stale_after_seconds', extract(epoch from v.stale_after)::bigint,
            'age_seconds', extract(epoch from clock_timestamp() - v.verified_at)::bigint,
            'message', case
                when v.verified_at is null then 'never refreshed since it was registered'
                else format(
                    'last verified %s seconds ago, objective %s seconds',
                    extract(epoch from clock_timestamp() - v.verified_at)::bigint,
                    extract(epoch from v.stale_after)::bigint
                )
            end
        )
    )
    from analytics.views as v
    order by v.view_name;

    perform private.withdraw_subjects('stale', array(select v.view_name from analytics.views as v));
end
$$;
revoke all on function private.detect_stale() from public, anon, authenticated;
comment on function private.detect_stale() is 'Kind stale: a view whose rows were not verified within its objective.';

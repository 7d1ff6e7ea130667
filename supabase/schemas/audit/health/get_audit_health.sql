-- Object: analytics.get_audit_health()
-- Serves: /health
-- Why: health is computed from the last stored pass and its age. An audit that is old, or never ran, or cannot see, is
--      unknown: never ok. Health is read at any moment, and a pass runs every five minutes: the reasons are the
--      incidents that are open now. An alert that the receiver refused gives its reason for as long as it is kept, even
--      if later alerts were accepted.
create function analytics.get_audit_health()
returns jsonb
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    -- Three periods of the audit's own job.
    old_after constant interval := interval '15 minutes';
    state analytics.audit_state;
    channel analytics.alert_channels;
    age interval;
    pending_count bigint;
    parked_count bigint;
    waiting interval;
    refusal text;
    open_count bigint;
    unknown_reasons text[] := array[]::text[];
    bad_reasons text[] := array[]::text[];
    notes text[] := array[]::text[];
begin
    select * into strict state from analytics.audit_state;
    select * into strict channel from analytics.alert_channels as c where c.channel = 'sentry';
    select
        count(*) filter (where o.state = 'pending'),
        count(*) filter (where o.state = 'parked'),
        clock_timestamp() - min(o.created_at) filter (where o.state = 'pending')
    into pending_count, parked_count, waiting
    from analytics.outbox as o
    where o.state in ('pending', 'parked');
    -- The channel may have accepted others since.
    select coalesce(o.last_error, channel.detail, 'without a word') into refusal
    from analytics.outbox as o
    where o.state = 'parked'
    order by o.created_at, o.incident_id
    limit 1;
    select count(*) into open_count from analytics.incidents as i where i.closed_at is null and i.kind <> 'storm';
    age := clock_timestamp() - state.last_audit_at;

    if age is null then
        unknown_reasons := array['no audit has run yet: ' || freshet.why_not_audited()];
    elsif age > old_after then
        unknown_reasons := array_remove(
            array[
                format('the last audit is %s seconds old', extract(epoch from age)::bigint), 'the last audit failed: ' || state.failure
            ],
            null
        );
    elsif state.last_outcome = 'unknown' then
        unknown_reasons := array(select jsonb_array_elements_text(state.last_reasons));
    else
        -- As of now: an incident that was repaired since the last pass is no longer a reason.
        bad_reasons := array(
            select r.reason
            from jsonb_array_elements_text(state.last_reasons) with ordinality as r (reason, place)
            where state.last_outcome = 'bad'
                and not exists (select from analytics.incidents as i where i.fingerprint = r.reason and i.closed_at >= state.last_audit_at)
            order by r.place
        );
        bad_reasons := bad_reasons || array(
            select i.fingerprint
            from analytics.incidents as i
            where i.closed_at is null
                and i.kind not in ('storm', 'blind')
                and i.severity in ('fatal', 'error')
                and i.fingerprint <> all (bad_reasons)
            order by i.incident_id
            limit 20
        );
    end if;

    if parked_count > 0 then
        bad_reasons := bad_reasons || format('%s alerts were refused by the receiver: %s', parked_count, refusal);
    end if;
    if waiting > old_after then
        bad_reasons := bad_reasons
            || format('%s alerts wait, the oldest for %s seconds', pending_count, extract(epoch from waiting)::bigint);
    end if;
    if channel.state = 'unconfigured' and pending_count > 0 then
        bad_reasons := bad_reasons || format('%s alerts wait: SENTRY_DSN is missing or is no DSN', pending_count);
    elsif channel.state = 'unconfigured' then
        notes := array_append(notes, 'alerts are kept but not sent: SENTRY_DSN is missing or is no DSN');
    elsif channel.state = 'refused' and parked_count = 0 then
        bad_reasons := bad_reasons || format('the receiver refuses us: %s', coalesce(channel.detail, 'without a word'));
    elsif channel.state in ('limited', 'failing') then
        notes := notes || format('the last delivery did not succeed: %s', coalesce(channel.detail, 'without a word'));
    end if;

    return jsonb_build_object(
        'status', case
            when unknown_reasons <> '{}' then 'unknown' when bad_reasons <> '{}' then 'bad' else 'ok'
        end,
        'reasons', to_jsonb(unknown_reasons || bad_reasons),
        'notes', to_jsonb(notes),
        'audited_at', state.last_audit_at,
        'age_seconds', extract(epoch from age)::bigint,
        'open_incidents', open_count,
        'alerts', jsonb_build_object(
            'pending', pending_count,
            'parked', parked_count,
            'oldest_pending_seconds', extract(epoch from waiting)::bigint
        ),
        'delivery', jsonb_build_object('state', channel.state, 'checked_at', channel.checked_at, 'detail', channel.detail)
    );
end
$$;

revoke all on function analytics.get_audit_health() from public, anon, authenticated;

grant execute on function analytics.get_audit_health() to service_role;

comment on function analytics.get_audit_health() is
    'status ok, bad or unknown, with reasons, from the last stored audit and its age. Service role only. Reasons contain names of jobs and views, never messages.';

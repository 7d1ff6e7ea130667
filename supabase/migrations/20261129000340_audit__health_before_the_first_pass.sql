-- Object: private.why_not_audited(), analytics.get_audit_health() (replaced)
-- Why: until the first pass health is unknown, and says what is still missing to those who deploy.

create function private.why_not_audited()
returns text
language sql
stable
set search_path = ''
as $$
    select coalesce(
        (
            select string_agg(n.name || ' ' || private.secret_flaw(n.name), ' and ' order by n.name)
            from unnest(array['project_url', 'cron_secret_key']) as n (name)
            where private.secret_flaw(n.name) is not null
        ),
        (
            -- Each call saves the answer to the one before it.
            select format(
                'the call of %s UTC was answered %s%s', to_char(c.queued_at at time zone 'UTC', 'HH24:MI'),
                coalesce(c.status_code::text, 'by nothing'),
                case
                    when c.status_code = 404 then ', so cron-audit was not deployed then; the next call follows within five minutes'
                    when c.status_code in (401, 403) then ', so cron_secret_key in Vault is not the secret key named cron'
                    when c.status_code >= 500 then '; the log of cron-audit says why'
                    else '; the next call follows within five minutes'
                end
            )
            from analytics.http_calls as c
            where c.function_name = 'cron-audit' and c.harvested_at is not null
            order by c.call_id desc
            limit 1
        ),
        'job analytics-cron-audit makes the first within five minutes'
    );
$$;
revoke all on function private.why_not_audited() from public, anon, authenticated;
comment on function private.why_not_audited() is 'What the first pass waits for, in words for /health.';

create or replace function analytics.get_audit_health()
returns jsonb
language plpgsql
stable
security definer
set search_path = ''
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
    select count(*) into open_count from analytics.incidents as i where i.closed_at is null and i.kind <> 'storm';
    age := clock_timestamp() - state.last_audit_at;

    if age is null then
        unknown_reasons := array['no audit has run yet: ' || private.why_not_audited()];
    elsif age > old_after then
        unknown_reasons := array[format('the last audit is %s seconds old', extract(epoch from age)::bigint)];
    elsif state.last_outcome = 'unknown' then
        unknown_reasons := array(select jsonb_array_elements_text(state.last_reasons));
    elsif state.last_outcome = 'bad' then
        bad_reasons := array(select jsonb_array_elements_text(state.last_reasons));
    end if;

    if parked_count > 0 then
        bad_reasons := bad_reasons || format('%s alerts were refused by the receiver: %s', parked_count, channel.detail);
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
        bad_reasons := bad_reasons || format('the receiver refuses us: %s', channel.detail);
    elsif channel.state in ('limited', 'failing') then
        notes := notes || format('the last delivery did not succeed: %s', channel.detail);
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
        'delivery', jsonb_build_object('state', channel.state, 'checked_at', channel.checked_at)
    );
end
$$;

-- Object: analytics.hold_alerts()
-- Why: a limit that the receiver sets for one isolate holds for all, so it is kept in the database.
create function analytics.hold_alerts(category text, delay interval)
returns void
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    hold_until constant timestamptz := clock_timestamp() + least(greatest(delay, interval '0'), interval '1 hour');
begin
    if category not in ('events', 'check_ins') then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format('unknown alert category "%s"', category),
            hint = 'Known are events and check_ins.';
    end if;
    update analytics.alert_channels as c
    set events_not_before = case category when 'events' then hold_until else c.events_not_before end,
        check_ins_not_before = case category when 'check_ins' then hold_until else c.check_ins_not_before end
    where c.channel = 'sentry';
end
$$;

revoke all on function analytics.hold_alerts(text, interval) from public, anon, authenticated;

grant execute on function analytics.hold_alerts(text, interval) to service_role;

comment on function analytics.hold_alerts(text, interval) is
    'The receiver asked for a pause: no isolate sends anything of the category before the delay is over, at most an hour. Service role only.';

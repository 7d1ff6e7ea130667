-- Kind: timezone_ignored
-- Means: cron.timezone is set, and this pg_cron does not support it.
-- Why: jobs run by GMT, at other hours than the setting says.
insert into analytics.alert_kinds (kind, severity, has_job_thresholds, can_flap, summary)
values ('timezone_ignored', 'warning', false, false, 'cron.timezone is set, but this pg_cron does not support it: jobs run by GMT.');

insert into analytics.audit_detectors (place, detector, call, needs_history)
values (
    705, 'timezone_ignored',
    'freshet.detect_timezone_ignored()',
    false
);

create function freshet.ignored_timezone()
returns text
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    setting text;
begin
    -- A pg_cron that supports it (1.5 and later) lists it in pg_settings, visible only to roles that may read all
    -- settings. A setting that no extension defines is a placeholder to the server, and is in no view.
    setting := current_setting('cron.timezone', true);
    if coalesce(setting, '') = '' or exists (select from pg_settings as s where s.name = 'cron.timezone') then
        return null;
    end if;
    -- Other names of GMT, by which jobs run anyway.
    if upper(setting) in ('GMT', 'UTC', 'UCT', 'ETC/GMT', 'ETC/UTC', 'ETC/UCT', 'ZULU', 'ETC/ZULU', 'UNIVERSAL', 'GREENWICH', 'GMT0') then
        return null;
    end if;
    return setting;
exception
    when insufficient_privilege then
        return null;
end
$$;

create function freshet.detect_timezone_ignored()
returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
    select freshet.observe(
        kind => 'timezone_ignored',
        subject => 'cron.timezone',
        state => case when t.setting is null then 'ok' else 'bad' end,
        observed_at => clock_timestamp(),
        evidence => jsonb_build_object(
            'message', format(
                'cron.timezone is %s, and pg_cron %s knows no such setting: jobs run by GMT', t.setting,
                (select e.extversion from pg_extension as e where e.extname = 'pg_cron')
            )
        )
    )
    from (select freshet.ignored_timezone() as setting) as t
    where t.setting is not null or freshet.is_watched('timezone_ignored', 'cron.timezone');
$$;

revoke all on function freshet.ignored_timezone() from public, anon, authenticated;

revoke all on function freshet.detect_timezone_ignored() from public, anon, authenticated;

comment on function freshet.ignored_timezone() is
    'The cron.timezone that pg_cron does not support, where one is set that is not GMT.';

comment on function freshet.detect_timezone_ignored() is 'Kind timezone_ignored: a pg_cron before 1.5 with a cron.timezone.';

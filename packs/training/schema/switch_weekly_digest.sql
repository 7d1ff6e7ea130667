-- Object: analytics.switch_weekly_digest()
-- Why: see analytics.digest_settings.
create function analytics.switch_weekly_digest(is_on boolean)
returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
    insert into analytics.digest_settings as s (is_on)
    values (switch_weekly_digest.is_on)
    on conflict (only_row) do update set is_on = excluded.is_on;
$$;

revoke all on function analytics.switch_weekly_digest(boolean) from public, anon, authenticated;

comment on function analytics.switch_weekly_digest(boolean) is
    'Switches weekly digests on or off. Off pauses a week that is being sent; its mails go on when switched on within two days.';

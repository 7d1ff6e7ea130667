-- Object: analytics.digest_settings
-- Grain: at most one row
-- Why: a project without a mail provider has nothing to send and nothing to be alarmed about, so digests are off until
--      they are switched on here. Off also pauses a week that is being sent.
create table analytics.digest_settings (
    only_row boolean primary key default true check (only_row),
    is_on boolean not null
);

alter table analytics.digest_settings enable row level security;

revoke all on table analytics.digest_settings from public, anon, authenticated;

comment on table analytics.digest_settings is 'Whether weekly digests are sent; without a row they are not. Written by analytics.switch_weekly_digest().';

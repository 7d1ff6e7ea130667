-- Object: freshet.command_fingerprint()
-- Why: an alert may say that a command was edited, but must not show it: it may hold a key.
create function freshet.command_fingerprint(command text)
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    select encode(sha256(convert_to(command, 'UTF8')), 'hex');
$$;

revoke all on function freshet.command_fingerprint(text) from public, anon, authenticated;

comment on function freshet.command_fingerprint(text) is 'Fingerprint of a job''s command, as analytics.scheduled_jobs keeps it.';

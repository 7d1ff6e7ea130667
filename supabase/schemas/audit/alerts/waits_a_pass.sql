-- Object: freshet.waits_a_pass()
-- Why: how a new job is written is no alert of its own if its first run breaks.
create function freshet.waits_a_pass(kind text)
returns boolean
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    -- A new job may break at its first run; then both are one alert.
    select waits_a_pass.kind in ('undeclared', 'unset_timeout', 'bundled_refreshes');
$$;

revoke all on function freshet.waits_a_pass(text) from public, anon, authenticated;

comment on function freshet.waits_a_pass(text) is
    'Kinds about how a job is written, which are announced when a second pass has found them.';

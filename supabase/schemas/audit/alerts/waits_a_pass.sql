create function freshet.waits_a_pass(kind text)
returns boolean
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    -- A job that is new may break at its first run, and is one piece of news then.
    select waits_a_pass.kind in ('undeclared', 'unset_timeout', 'bundled_refreshes');
$$;

revoke all on function freshet.waits_a_pass(text) from public, anon, authenticated;

comment on function freshet.waits_a_pass(text) is 'Kinds about how a job is written, which are told when a second pass has seen them.';

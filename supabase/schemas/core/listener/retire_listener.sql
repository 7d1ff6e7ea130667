-- Object: analytics.retire_listener()
-- Why: a project that stops its listener for good says so, or the audit reports it as silent.
create function analytics.retire_listener()
returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
    delete from analytics.listeners;
$$;

revoke all on function analytics.retire_listener() from public, anon, authenticated;

comment on function analytics.retire_listener() is
    'Forgets the listener: the audit watches none until the next start of deno task listen. For the owner.';

-- Object: freshet.scope_agents_of_user(); live relation agents_of_user
-- Why: owners are uuids, and user ids are text. A user whose id is not a uuid owns no agent, and asking for one is no
--      error. Ownership is read from the live table, and answers are cached: when an agent changes hands, its former
--      owner must not be able to read it until the next refresh.
create function freshet.scope_agents_of_user(subject text)
returns setof text
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select a.id::text from public.agents as a where a.owner_id = freshet.canonical_uuid(subject);
$$;

revoke all on function freshet.scope_agents_of_user(text) from public, anon, authenticated;

comment on function freshet.scope_agents_of_user(text) is 'Scope relation agents_of_user: the agents that a user owns.';

select analytics.register_live(name => 'agents_of_user', pack => 'arena', sources => array['public.agents']::regclass[]);

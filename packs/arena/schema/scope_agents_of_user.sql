-- Object: freshet.scope_agents_of_user()
-- Why: owners are uuids, and users are text. A user whose id is no uuid owns no agent, and asking for one is no error.
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

-- Object: live relation agents_of_user
-- Why: who owns an agent is asked of the live table, and answers are cached: an agent that changes hands must not be read
--      by its former owner until the view moves next.
select analytics.register_live(name => 'agents_of_user', pack => 'arena', sources => array['public.agents']::regclass[]);

-- Object: analytics.live_relations, analytics.register_live(), analytics.unregister_live(), private.live_state(),
--         private.state_of()
-- Grain: one row per relation that answers rest on as it is now, without a materialized view between
-- Why: some answers are about this moment: who reports to whom, a person's last attempts. They are read from tables, and
--      still cached: the version of a live relation is the number of statements that wrote to its tables, so that an
--      answer made before a commit is never served after it.

create table analytics.live_relations (
    live_name text primary key check (live_name ~ '^[a-z][a-z0-9_]{0,62}$'),
    pack text not null,
    sources regclass[] not null check (cardinality(sources) > 0),
    registered_at timestamptz not null default now()
);
alter table analytics.live_relations enable row level security;
revoke all on table analytics.live_relations from public, anon, authenticated;
comment on table analytics.live_relations is 'Registry of what is read live. Written by register_live only.';
comment on column analytics.live_relations.live_name is 'A relation of schema analytics, or the name of a scope relation.';
comment on column analytics.live_relations.sources is 'The tables that it reads; each write to one of them moves its version.';

create function analytics.register_live(name text, pack text, sources regclass[])
returns void
language plpgsql
set search_path = ''
as $$
begin
    if exists (select from analytics.views as v where v.view_name = register_live.name) then
        raise exception using
            errcode = 'duplicate_object',
            message = format('cannot register "%s" as live: a view of this name is registered', name),
            hint = 'A view is read as of its last refresh; give the live relation a name of its own.';
    end if;
    insert into analytics.live_relations as l (live_name, pack, sources)
    values (register_live.name, register_live.pack, register_live.sources)
    on conflict (live_name) do update set pack = excluded.pack, sources = excluded.sources;
    perform private.watch_source(c.oid, c.relkind)
    from pg_catalog.pg_class as c
    where c.oid = any (register_live.sources);
end
$$;
revoke all on function analytics.register_live(text, text, regclass[]) from public, anon, authenticated;
comment on function analytics.register_live(text, text, regclass[]) is
    'Gives a relation that is read live a version, which moves with every committed statement that writes to its sources. Idempotent.';

create function analytics.unregister_live(name text)
returns void
language sql
set search_path = ''
as $$
    delete from analytics.live_relations as l where l.live_name = unregister_live.name;
$$;
revoke all on function analytics.unregister_live(text) from public, anon, authenticated;
comment on function analytics.unregister_live(text) is 'Withdraws a live relation; its tables stay as they are. Idempotent.';

create function private.live_state(declared analytics.live_relations)
returns jsonb
language sql
stable
set search_path = ''
as $$
    select jsonb_build_object(
        'version', coalesce(sum(c.statement_count), 0),
        'refreshed_at', coalesce(greatest(max(c.changed_at), declared.registered_at), declared.registered_at),
        'verified_at', statement_timestamp(),
        'source_as_of', max(c.changed_at),
        -- What is read live is as old as the pointer that names its version: a few seconds.
        'stale_after_seconds', 60,
        'populated', true,
        'live', true
    )
    from analytics.source_changes as c
    where c.source = any (declared.sources);
$$;
revoke all on function private.live_state(analytics.live_relations) from public, anon, authenticated;
comment on function private.live_state(analytics.live_relations) is 'Where a live relation stands, in the shape of private.view_state.';

create function private.state_of(name text)
returns jsonb
language sql
stable
set search_path = ''
as $$
    select private.view_state(v) from analytics.views as v where v.view_name = state_of.name
    union all
    select private.live_state(l) from analytics.live_relations as l where l.live_name = state_of.name;
$$;
revoke all on function private.state_of(text) from public, anon, authenticated;
comment on function private.state_of(text) is 'Where a registered view or live relation stands; null when there is none of this name.';

create or replace function analytics.view_states()
returns jsonb
language sql
stable
security definer
set search_path = ''
as $$
    select coalesce(jsonb_object_agg(s.name, s.state), '{}'::jsonb)
    from (
        select v.view_name, private.view_state(v) from analytics.views as v
        union all
        select l.live_name, private.live_state(l) from analytics.live_relations as l
    ) as s (name, state);
$$;
comment on function analytics.view_states() is
    'Version, ages and objective of every registered view and live relation, keyed by name. Service role only.';

-- Object: analytics.live_relations.moments, analytics.register_live() (replaced), private.passed_moments(),
--         private.live_state() (replaced)
-- Why: some of what is read live changes without a write: a membership that was given an end is over when the moment comes.
--      An answer from before it would be served until its reuse bound, and confirmed by a 304 for ever. So the version of
--      such a relation moves with each moment that passes, too. It counts writes in thousands, and below that the moments
--      that have passed since the last write: two states with the same writes differ by what time has done, and by nothing else.

alter table analytics.live_relations add column moments text[] not null default '{}';
comment on column analytics.live_relations.moments is
    'Columns of its tables, as schema.table.column, whose moments change what it holds when they pass.';

drop function analytics.register_live(text, text, regclass[]);
create function analytics.register_live(name text, pack text, sources regclass[], moments text[] default '{}')
returns void
language plpgsql
set search_path = ''
as $$
declare
    unknown text;
begin
    if exists (select from analytics.views as v where v.view_name = register_live.name) then
        raise exception using
            errcode = 'duplicate_object',
            message = format('cannot register "%s" as live: a view of this name is registered', name),
            hint = 'A view is read as of its last refresh; give the live relation a name of its own.';
    end if;
    select m.moment into unknown
    from unnest(register_live.moments) as m (moment)
    where not exists (
        select
        from pg_catalog.pg_attribute as a
        join pg_catalog.pg_class as c on c.oid = a.attrelid
        where a.attrelid = any (register_live.sources)
            and a.atttypid = 'pg_catalog.timestamptz'::regtype and not a.attisdropped
            and m.moment = format('%s.%s.%s', c.relnamespace::regnamespace, c.relname, a.attname)
    );
    if found then
        raise exception using
            errcode = 'undefined_column',
            message = format('cannot register "%s" as live: "%s" is no timestamptz of its sources', name, unknown),
            hint = 'Name a column of one of the tables in sources, as schema.table.column.';
    end if;
    insert into analytics.live_relations as l (live_name, pack, sources, moments)
    values (register_live.name, register_live.pack, register_live.sources, register_live.moments)
    on conflict (live_name) do update
    set pack = excluded.pack, sources = excluded.sources, moments = excluded.moments;
    perform private.watch_source(c.oid, c.relkind)
    from pg_catalog.pg_class as c
    where c.oid = any (register_live.sources);
end
$$;
revoke all on function analytics.register_live(text, text, regclass[], text[]) from public, anon, authenticated;
comment on function analytics.register_live(text, text, regclass[], text[]) is
    'Gives a relation that is read live a version, which moves with every committed statement that writes to its sources, and with every moment in the columns of moments that passes. Idempotent.';

create function private.passed_moments(moments text[], since timestamptz)
returns bigint
language plpgsql
stable
set search_path = ''
as $$
declare
    place text[];
    passed bigint;
    total bigint := 0;
begin
    for i in 1 .. cardinality(moments) loop
        place := string_to_array(moments[i], '.');
        execute format(
            'select count(*) from %I.%I as t where t.%I > $1 and t.%I <= now()', place[1], place[2], place[3], place[3]
        ) into passed using since;
        total := total + passed;
    end loop;
    return total;
end
$$;
revoke all on function private.passed_moments(text[], timestamptz) from public, anon, authenticated;
comment on function private.passed_moments(text[], timestamptz) is 'How many moments in these columns have passed since then.';

create or replace function private.live_state(declared analytics.live_relations)
returns jsonb
language sql
stable
set search_path = ''
as $$
    select jsonb_build_object(
        'version', case
            when cardinality(declared.moments) = 0 then w.statement_count
            else w.statement_count * 1000
                + least(private.passed_moments(declared.moments, coalesce(w.changed_at, declared.registered_at)), 999)
        end,
        'refreshed_at', coalesce(greatest(w.changed_at, declared.registered_at), declared.registered_at),
        'verified_at', statement_timestamp(),
        'source_as_of', w.changed_at,
        -- What is read live is as old as the pointer that names its version: a few seconds.
        'stale_after_seconds', 60,
        'populated', true,
        'live', true
    )
    from (
        select coalesce(sum(c.statement_count), 0) as statement_count, max(c.changed_at) as changed_at
        from analytics.source_changes as c
        where c.source = any (declared.sources)
    ) as w;
$$;
